#!/usr/bin/python3
"""What grows with nodes, rooms and members, and what breaks first: a model whose
costs are the figures of docs/performance.md, and a simulation of where clients end
up. Prints the tables of docs/scaling.md."""

import argparse
import math
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

PERFORMANCE = Path(__file__).parents[1] / "docs/performance.md"
# Of each cost: how its row begins, and which number after the name it is.
FIGURES = {
    "delivery_us": ("1 topic x 1,000 subscribers, 20 publishes/s: CPU", 1),
    "busy_delivery_us": ("1 x 1,000, as fast as it goes: CPU", 1),
    "idle_kb": ("idle subscriber, plain", 1),
    "idle_tls_kb": ("idle subscriber, of 19,700: RSS KB", 1),
    "handshake_us": ("full handshake, upgrade, close: CPU us", 1),
    "resumed_us": ("resumed, upgrade, close: CPU us", 1),
    "receipt_us": ("1,000 rooms, 10,000 publishes/s, JetStream on files", 1),
    "nats_receipt_us": ("1,000 rooms, 10,000 publishes/s, JetStream on files", 2),
    "on_three_us": ("300 rooms x 3 subscribers, 10 publishes/s each", 1),
    "on_one_us": ("300 rooms x 3 subscribers, 10 publishes/s each", 2),
    "subscription_b": ("a subscription: bytes", 1),
    "route_b": ("a subscription: bytes", 2),
    "subscribe_us": ("a subscription: CPU us", 1),
}
PING_CORES = 0.0025 / 10_000  # of each idle connection; docs/performance.md, too
SOCKET_KB = 3.8  # the kernel's objects: TCP, inode, file, dentry, epoll item
STREAM_BATCHES = 26_000  # a second into one stream; docs/decisions/0009
INDEX_BUCKETS = 1 << 17  # cluster/membership/user_bits.hpp
INDEX_KB = INDEX_BUCKETS / 8 / 1024
HEARTBEAT_S = 1.0  # cluster.heartbeat-interval
SHARE = 0.5  # of its cores that a node should use: the rest is for the day when
#              another one dies
FRAME_BYTES = 128 + 110  # the payload of the bench, and JSON, WebSocket, TCP, IP


def figure(text, beginning, number):
    """The `number`-th number of a table's row, behind its name."""
    for line in text.splitlines():
        cells = line.lstrip("| .").split("|")
        if line.startswith("|") and cells[0].strip().startswith(beginning):
            numbers = re.findall(r"[\d.,]*\d", " ".join(cells[1:]))
            return float(numbers[number - 1].replace(",", ""))
    raise SystemExit(f"{PERFORMANCE} has no row that begins: {beginning}")


class Costs:
    def __init__(self):
        text = PERFORMANCE.read_text()
        for name, (beginning, number) in FIGURES.items():
            setattr(self, name, figure(text, beginning, number))
        # Each further node that follows a room, for each batch.
        self.follow_us = (self.on_three_us - self.on_one_us) / 2


@dataclass
class Load:
    """What clients do. Each is in one room and says something once a minute."""

    connections: int = 100_000  # of a node
    cores: int = 8  # of a node
    members: int = 10  # of a room
    messages: float = 1 / 60  # a second, of each member


def nodes_of_room(nodes, members):
    """How many have a member, where each client goes to any."""
    return nodes * (1 - (1 - 1 / nodes) ** members)


@dataclass
class Cluster:
    costs: Costs
    load: Load
    nodes: int
    together: bool  # clients of a room are on one node
    spread: float = field(init=False)

    def __post_init__(self):
        self.spread = (1 if self.together
                       else nodes_of_room(self.nodes, self.load.members))

    @property
    def connections(self):
        return self.nodes * self.load.connections

    @property
    def rooms(self):
        return self.connections / self.load.members

    @property
    def batches(self):
        """A second; with few messages each is a batch of its own."""
        return self.connections * self.load.messages

    @property
    def subscriptions(self):
        return self.rooms * self.spread

    @property
    def nats_gb(self):
        """Of each server, of those that have other servers' subscriptions, too."""
        return self.subscriptions * self.costs.route_b / 1e9

    @property
    def streams(self):
        """How many would be needed; a cluster has one."""
        return math.ceil(self.batches / STREAM_BATCHES)

    @property
    def node_cores(self):
        one = self.costs
        if self.nodes == 1:
            each = one.receipt_us
        else:
            each = one.receipt_us + (self.spread - 1) * one.follow_us
        each += self.load.members * one.delivery_us
        return (self.batches * each / 1e6 / self.nodes
                + self.load.connections * PING_CORES)

    @property
    def heartbeats(self):
        """A second, through NATS."""
        return self.nodes * self.nodes / HEARTBEAT_S

    @property
    def asked(self):
        """Nodes that a message to one user goes to, all but one in vain."""
        full = 1 - math.exp(-self.load.connections / INDEX_BUCKETS)
        return 1 + (self.nodes - 1) * full


def simulate(nodes, sizes, together, seed=1):
    """Puts the members of rooms on nodes. Returns the mean number of nodes of a
    room, and how much more than the mean the fullest node has."""
    dice = random.Random(seed)
    held, followed = [0] * nodes, 0
    for size in sizes:
        home = dice.randrange(nodes)
        seen = set()
        for _ in range(size):
            node = home if together else dice.randrange(nodes)
            held[node] += 1
            seen.add(node)
        followed += len(seen)
    return followed / len(sizes), max(held) / (sum(held) / nodes)


def uneven(count, seed=1):
    """Sizes of rooms as they are found: most are small, few are large."""
    dice = random.Random(seed)
    return [min(5_000, int(2 * dice.paretovariate(1.1))) for _ in range(count)]


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---:|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def number(value):
    """To two digits, or exact where it is small."""
    if value >= 100:
        digits = 10 ** (int(math.log10(value)) - 1)
        value = round(value / digits) * digits
        return f"{int(value):,}"
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"


def node_table(costs):
    head = ["cores", "deliveries/s", "busy topics: deliveries/s", "new clients/s, TLS",
            "100,000 clients, plain: GB", "the same, TLS: GB"]
    rows = []
    for cores in (2, 4, 8, 16, 32):
        us = cores * SHARE * 1e6
        rows.append([str(cores), number(us / costs.delivery_us),
                     number(us / costs.busy_delivery_us),
                     number(us / costs.handshake_us),
                     *(number((kb + SOCKET_KB) * 100_000 / 1e6)
                       for kb in (costs.idle_kb, costs.idle_tls_kb))])
    return table(head, rows)


def cluster_table(costs, load):
    head = ["nodes", "clients", "nodes of a room", "batches/s", "streams",
            "NATS subscriptions", "GB of each NATS server", "cores of a node",
            "... rooms together", "heartbeats/s", "nodes asked by `send`"]
    rows = []
    for nodes in (1, 3, 10, 30, 100):
        apart, near = (Cluster(costs, load, nodes, together)
                       for together in (False, True))
        rows.append([str(nodes), number(apart.connections), number(apart.spread),
                     number(apart.batches), str(apart.streams),
                     number(apart.subscriptions), number(apart.nats_gb),
                     number(apart.node_cores), number(near.node_cores),
                     number(apart.heartbeats), number(apart.asked)])
    return table(head, rows)


def topic_table(costs, load, subscribers=1_000_000):
    head = ["nodes", "subscribers of each", "ms until the last has it",
            "publishes/s, one after the other", "... many at once",
            "Mbit/s of each node at 10 publishes/s"]
    rows = []
    for nodes in (3, 10, 30, 100):
        each = subscribers / nodes
        us = each * costs.delivery_us
        busy = each * costs.busy_delivery_us
        rows.append([str(nodes), number(each), number(us / load.cores / 1e3),
                     number(load.cores * SHARE * 1e6 / us),
                     number(load.cores * SHARE * 1e6 / busy),
                     number(each * FRAME_BYTES * 8 * 10 / 1e6)])
    return table(head, rows)


def placement_table():
    head = ["nodes", "rooms", "nodes of a room", "... by the formula",
            "fullest node, to the mean", "... rooms together"]
    rows = []
    for name, sizes in (("of 10", [10] * 20_000), ("uneven", uneven(20_000))):
        for nodes in (3, 10, 100):
            spread, fullest = simulate(nodes, sizes, False)
            _, together = simulate(nodes, sizes, True)
            formula = sum(nodes_of_room(nodes, one) for one in sizes) / len(sizes)
            rows.append([str(nodes), name, f"{spread:.2f}", f"{formula:.2f}",
                         f"{fullest:.2f}", f"{together:.2f}"])
    return table(head, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in vars(Load()).items():
        parser.add_argument(f"--{name}", type=type(value), default=value,
                            help=f"{value:.3g}")
    load = Load(**vars(parser.parse_args()))
    costs = Costs()
    for title, lines in (
            ("What a node holds", node_table(costs)),
            ("More nodes", cluster_table(costs, load)),
            ("One topic of a million", topic_table(costs, load)),
            ("Where clients end up", placement_table())):
        print(f"## {title}\n", *lines, sep="\n", end="\n\n")


if __name__ == "__main__":
    main()
