"""Nodes of one cluster, on ports that they keep, and a base for their tests."""

import asyncio
import concurrent.futures
import json
import unittest

from support.nats import Nats
from support.node import READY, Node
from support.ports import free_port
from support.waiting import until, wait_until

FAILURE_TIMEOUT_S = 2
CLUSTER = """
node {{ name = "{name}", threads = 1 }}
http {{ internal-port = {internal} }}
topics {{
  chat {{ match = "chat.*", presence-hold = 1s }}
  kept {{ match = "kept.*", kind = room, presence-hold = 5m }}
}}
cluster {{
  enabled = true, name = "{cluster}"
  heartbeat-interval = 250ms, failure-timeout = {failure}s
  nats {{ servers = ["{nats}"], ping-interval = 1s }}
  log {{ deadline = 4s }}
}}
"""


class ClusterNode(Node):
    """A node with a name. `at` are addresses of NATS, as in a list of HOCON.
    `ready` is what it has to print before it counts as started."""

    def __init__(self, name, at, more="", *, ports=None, cluster="tests",
                 ready=READY):
        port, self.internal_port = ports or (free_port(), free_port())
        self.name, self.port = name, port
        super().__init__(
            CLUSTER.format(name=name, internal=self.internal_port, nats=at,
                           cluster=cluster, failure=FAILURE_TIMEOUT_S) + more,
            port=port, ready=ready)

    @property
    def ports(self):
        return self.port, self.internal_port


class Cluster:
    """Nodes n1, n2, ... by their numbers; None while one is not there."""

    def __init__(self, ways, more=""):
        """`ways`: the addresses of NATS, of each node."""
        self.more, self.at = more, ways
        count = len(ways)
        self.ports = [(free_port(), free_port()) for _ in range(count)]
        self.nodes = [None] * count
        self.all_started = []

    def start(self, number):
        node = ClusterNode(f"n{number + 1}", self.at[number], self.more,
                           ports=self.ports[number])
        self.nodes[number] = node
        self.all_started.append(node)
        return node

    def start_all(self):
        with concurrent.futures.ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(self.start, range(len(self.nodes))))
        # One that ends or drains before is no loss to the others, nor they to it.
        wait_until(self.all_have_met, "all nodes have heard of each other")
        return self.nodes

    def all_have_met(self):
        def heard_of(node):
            status, body = node.get("/nodes", internal=True)
            return len(json.loads(body)["nodes"]) if status == 200 else 0
        return all(heard_of(node) == len(self.nodes) for node in self.nodes)

    def end(self, number, how=Node.stop):
        """Node.stop in order, Node.kill without a warning."""
        node, self.nodes[number] = self.nodes[number], None
        how(node)

    def running(self):
        return [one for one in self.nodes if one]

    def stop_all(self):
        """In order, all at once; fails if one does not stop so."""
        numbers = [at for at, one in enumerate(self.nodes) if one]
        if not numbers:
            return
        with concurrent.futures.ThreadPoolExecutor(len(numbers)) as pool:
            ending = [pool.submit(self.end, at) for at in numbers]
        for one in ending:
            one.result()

    def kill_all(self):
        for number, one in enumerate(self.nodes):
            if one:
                self.end(number, Node.kill)


class ClusterTest(unittest.IsolatedAsyncioTestCase):
    """Each test has a NATS of its own and starts nodes on it. What it leaves
    running is stopped in order."""

    def shortDescription(self):
        return None  # the name says it

    def setUp(self):
        self.room = f"chat.{self._testMethodName}"
        self.topic = f"news.{self._testMethodName}"
        self.cluster = None

    async def asyncSetUp(self):
        # unittest turns it on, and it tells of every slow step.
        asyncio.get_running_loop().set_debug(False)

    async def begin(self, count=3, more="", nats=None):
        """NATS and nodes, which are ready."""
        self.nats = nats or Nats()
        self.addCleanup(self.nats.end)
        return await self.begin_at([self.nats.url] * count, more)

    async def begin_at(self, ways, more=""):
        """Nodes that go these ways to a NATS that is there."""
        self.cluster = Cluster(ways, more)
        self.addAsyncCleanup(asyncio.to_thread, self.cluster.stop_all)
        await asyncio.to_thread(self.cluster.start_all)
        return self.cluster.nodes

    async def end(self, number, how=Node.stop):
        """In a thread, so that clients can answer its close frames."""
        await asyncio.to_thread(self.cluster.end, number, how)

    async def start(self, number):
        return await asyncio.to_thread(self.cluster.start, number)

    async def speaker(self, node, user, **options):
        one = await node.speaker(user, **options)
        self.addAsyncCleanup(one.close)
        return one


async def members_of(one, room):
    """All members that a node knows, by user."""
    found, after = {}, {}
    while True:
        got = await one.reply("presence", topic=room, limit=1000, **after)
        found.update((member["user"], member) for member in got["members"])
        if "next" not in got:
            return found
        after = {"after": got["next"]}


async def until_members(speakers, room, users):
    """Waits until each of the speakers' nodes tells exactly these members."""
    users = set(users)
    for one in speakers:
        async def same(asked=one):
            counted = await asked.reply("presence", topic=room, limit=1)
            return (counted["count"] == len(users)
                    and set(await members_of(asked, room)) == users)
        await until(same, f"{len(users)} members of {room} on each node")


async def read_until(one, wanted, events=None):
    """All events up to the first for which wanted(event) is true, with it."""
    got = [] if events is None else events
    while True:
        got.append(await one.next())
        if wanted(got[-1]):
            return got
