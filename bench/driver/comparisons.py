"""Ways to do the same, set against one another: what a log costs, and what it
is worth."""

from dataclasses import dataclass

from . import servers, works
from .works import Work


@dataclass
class Side:
    """One of the ways: what it is called, what is done, and by which server."""

    name: str
    work: Work
    contestant: servers.Contestant


@dataclass
class Bar:
    """`side` costs at most `most` times as much as `base` does, and `aim` times
    is what we want. `stored` stands in for a base that is not here."""

    side: str
    base: str
    most: float
    aim: float
    stored: float | None = None


@dataclass
class Comparison:
    """All sides are measured by the same figure."""

    name: str
    text: str
    sides: list
    bars: list

    @property
    def measured(self):
        return self.sides[0].work.measured

    @property
    def unit(self):
        return self.sides[0].work.unit


# What Centrifugo's library took on a machine of this kind, of two cores.
CENTRIFUGO_MS_PER_RETURN = 0.59

QUICK_RECEIPTS = ["--warm-up", "0.5", "--seconds", "1"]


def durable(rookery, name, text, arguments):
    """What it costs to log, in memory and on the disk, with the defaults of
    rooms: what is too old is let go of all the time."""
    work = Work(name, text, *works.PER_RECEIPT, ["receipts", *arguments],
                QUICK_RECEIPTS, works.PACED)

    def side(called, *how):
        return Side(called, work, servers.Rookery(rookery, None, *how))

    return Comparison(
        name, text,
        [side("unlogged topic", "kind = topic"),
         side("room in memory", "kind = room"),
         side("room on a file", "kind = room", True)],
        [Bar("room on a file", "unlogged topic", 3, 1.7)])


def replay(rookery):
    """What an event costs that was missed, against one as it happens."""
    text = "1,000 clients lack 1,000 events and subscribe at once"
    live = Work("replay", text, *works.PER_DELIVERY, ["fan-out"],
                works.QUICK_FAN_OUT, works.PACED)
    fast = Work("replay", text, *works.PER_DELIVERY,
                ["fan-out", "--rate", "0"], works.QUICK_FAN_OUT)
    missed = Work("replay", text, *works.PER_DELIVERY, ["replay"], [],
                  works.PACED)
    room = servers.Rookery(rookery, None, f"{servers.ROOM}, {servers.RING}")
    file = servers.Rookery(
        rookery, None, f"{servers.ROOM}, {servers.SMALL_RING}", True)
    base = "live, 20 publishes/s"
    return Comparison(
        "replay", text,
        [Side(base, live, room), Side("live, as fast as it goes", fast, room),
         Side("replay from memory", missed, room),
         Side("replay from a file", missed, file)],
        [Bar("replay from memory", base, 1, 0.3),
         Bar("replay from a file", base, 1, 0.3)])


def reconnect(rookery, topics):
    """What it costs to take back who was gone."""
    name = f"reconnect-{topics}x{2000 // topics}"
    text = (f"2,000 clients of {topics:,} rooms come back, 100 at a time, to 10"
            " events that they missed")
    work = Work(name, text, *works.PER_RETURN,
                ["reconnect", "--topics", str(topics)], [], works.PACED)
    memory = servers.Rookery(rookery, None, f"{servers.ROOM}, {servers.RING}")
    file = servers.Rookery(
        rookery, None, f"{servers.ROOM}, {servers.RING}", True)
    rival = servers.Centrifugo(servers.CENTRIFUGO_RECOVERY)
    return Comparison(
        name, text,
        [Side("rookery, in memory", work, memory),
         Side("rookery, on a file", work, file),
         Side("centrifugo", work, rival)],
        [Bar(side, "centrifugo", 0.6, 0.2, CENTRIFUGO_MS_PER_RETURN)
         for side in ("rookery, in memory", "rookery, on a file")])


def cluster_fan_out(rookery):
    """What it costs that subscribers of a topic are on several nodes."""
    text = ("1 topic x 1,000 subscribers, 20 publishes/s, on one node and spread"
            " over three")
    work = Work("cluster-fan-out", text, *works.PER_DELIVERY, ["fan-out"],
                works.QUICK_FAN_OUT, works.PACED)
    return Comparison(
        work.name, text,
        [Side("one node", work, servers.Rookery(rookery, 1)),
         Side("three nodes", work, servers.Cluster(rookery))],
        [Bar("three nodes", "one node", 1.3, 1.1)])


def cluster_receipts(rookery):
    """What the nodes add to what JetStream takes itself."""
    text = ("1,000 rooms over three nodes, 10,000 publishes/s, JetStream on"
            " files")
    work = Work("cluster-receipts", text, *works.PER_RECEIPT,
                ["receipts", "--publishers", "1000", "--topics", "1000",
                 "--window", "8", "--rate", "10000"],
                QUICK_RECEIPTS, works.PACED)
    return Comparison(
        work.name, text,
        [Side("nodes", work, servers.Cluster(rookery, servers.ROOM_OF_STREAM)),
         Side("nats-server", work,
              servers.Cluster(rookery, servers.ROOM_OF_STREAM, True))],
        [Bar("nodes", "nats-server", 1.5, 0.8)])


def comparisons(rookery):
    return [
        cluster_fan_out(rookery),
        cluster_receipts(rookery),
        durable(rookery, "durable-10",
                "100 publishers over 10 topics, 16 publishes of each under way",
                []),
        durable(rookery, "durable-1",
                "100 publishers in one topic, 16 publishes of each under way",
                ["--topics", "1"]),
        durable(rookery, "durable-window-1",
                "100 publishers over 10 topics, one publish of each under way",
                ["--window", "1"]),
        replay(rookery),
        reconnect(rookery, 1),
        reconnect(rookery, 200),
    ]
