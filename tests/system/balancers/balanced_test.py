"""The base of tests with a balancer in front of three nodes of one cluster, and what
is true of every balancer."""

import asyncio
import collections
import json
import random
import tempfile
import unittest

import websockets
from websockets.exceptions import ConnectionClosed

from support.cluster import Cluster
from support.journal_test import position_of, resumed
from support.nats import Nats
from support.node import JSON, Node, Speaker
from support.settings import settings
from support.tls import Authority, configuration
from support.tokens import token
from support.waiting import DEADLINE_S, wait_until

MORE = """
limits { trusted-proxies = ["127.0.0.1"] }
drain { window-min = 4s, limit = 20s }
# A busy machine is no reason to give a node up, which would close its clients.
cluster.failure-timeout = 15s
"""
CLIENTS = 9
SILENCE_S = 130.0


def address_of(number):
    return f"127.0.1.{number + 1}"


class Browser:
    """One client, wherever it comes in: it keeps its address, its cookies, its
    id, and its position in the room."""

    def __init__(self, test, number, kind, **how):
        self.test, self.kind, self.number = test, kind, number
        self.user, self.how = f"u{number}", how
        self.cookies, self.since, self.speaker = {}, None, None

    def _request(self):
        headers = {"Authorization": f"Bearer {token(self.user)}"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value
                                          in self.cookies.items())
        path = "/ws"
        if self.kind == "id" and self.number % 2:
            headers["X-Connection-Id"] = f"id-{self.number}"
        elif self.kind == "id":
            path += f"?cid=id-{self.number}"
        return path, headers

    async def connect(self, balancer, **options):
        """Returns the name of the node that it reached."""
        path, headers = self._request()
        scheme = "ws"
        if balancer.tls:
            scheme, options["ssl"] = "wss", self.how["tls"]
        socket = await websockets.connect(
            f"{scheme}://localhost:{balancer.port}{path}", subprotocols=[JSON],
            extra_headers=headers, host="127.0.0.1", ping_interval=None,
            open_timeout=DEADLINE_S, compression=None,
            local_addr=(address_of(self.number), 0), **options)
        self.test.addAsyncCleanup(socket.close)
        for cookie in socket.response_headers.get_all("Set-Cookie"):
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        self.speaker = Speaker(socket)
        self.node = (await self.speaker.expect("welcome"))["node"]
        return self.node

    async def enter(self, room):
        self.since = position_of(await self.speaker.subscribe(room))

    async def lost(self):
        """Reads until the connection has ended."""
        try:
            while True:
                await asyncio.wait_for(self.speaker.socket.recv(), DEADLINE_S)
        except ConnectionClosed:
            pass

    async def leave(self):
        await self.speaker.close()


class BalancedTest(unittest.IsolatedAsyncioTestCase):
    """One cluster for all tests of a class, a balancer for each test."""

    balancer = None  # a class
    tls = False  # of the nodes

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.authority = Authority(cls.folder.name)
        cls.pair = cls.authority.signed("server")
        cls.nats = Nats()
        cls.addClassCleanup(cls.nats.end)
        more = MORE + (configuration(cls.pair) if cls.tls else "")
        cls.cluster = Cluster([cls.nats.url] * 3, more)
        cls.addClassCleanup(cls.cluster.stop_all)
        cls.cluster.start_all()

    def shortDescription(self):
        return None  # the name says it

    def setUp(self):
        self.room = f"chat.{self._testMethodName}"

    async def asyncSetUp(self):
        # unittest turns it on, and it tells of every slow step.
        asyncio.get_running_loop().set_debug(False)
        for number, node in enumerate(self.cluster.nodes):
            if not node:
                await self.start(number)

    async def begin(self, kind, **options):
        """A balancer, and clients that have come through it."""
        ports = [port for port, _ in self.cluster.ports]
        self.front = await asyncio.to_thread(self.balancer, ports, kind,
                                             **options)
        self.addCleanup(self.front.end)
        self.browsers = [self.browser(number, kind) for number
                         in range(CLIENTS)]
        for one in self.browsers:
            await one.connect(self.front)
        return self.browsers

    def browser(self, number, kind):
        return Browser(self, number, kind, tls=self.authority.trusting())

    async def start(self, number):
        node = await asyncio.to_thread(self.cluster.start, number)
        await asyncio.to_thread(
            wait_until, lambda: node.get("/ready", internal=True)[0] == 200,
            "it is ready")

    def node_of(self, browser):
        return next(one for one in self.cluster.nodes
                    if one and one.name == browser.node)

    def node_with_most(self):
        """Its number, and the clients that it has."""
        counted = collections.Counter(one.node for one in self.browsers)
        name = counted.most_common(1)[0][0]
        number = [one.name for one in self.cluster.nodes].index(name)
        return number, [one for one in self.browsers if one.node == name]

    async def comes_back(self, kind, times=2):
        """Each client reaches the node that it had before, every time; they
        come in another order, since turns alone would look like that, too."""
        before = {one.number: one.node for one in self.browsers}
        self.assertGreater(len(set(before.values())), 1)
        for seed in range(times):
            for one in self.browsers:
                await one.leave()
            got = {}
            for one in random.Random(seed).sample(self.browsers, CLIENTS):
                got[one.number] = await one.connect(self.front)
            self.assertEqual(got, before, f"by {kind}")

    async def loses_a_node(self):
        """Its clients come in elsewhere, and get what they missed; the others
        notice nothing. Returns who has moved, from which node."""
        for one in self.browsers:
            await one.enter(self.room)
        number, moving = self.node_with_most()
        name = self.cluster.nodes[number].name
        await asyncio.to_thread(self.cluster.end, number, Node.kill)
        for one in moving:
            await one.lost()
        other = next(one for one in self.cluster.nodes if one)
        writer = await self.direct(other, "writer")
        await writer.reply("publish", topic=self.room, data="meanwhile")
        for one in moving:
            self.assertNotEqual(await one.connect(self.front), name)
            reply, missed = await resumed(one.speaker, self.room, one.since)
            self.assertTrue(reply["recovered"], reply)
            self.assertEqual([got["data"] for got in missed
                              if got["event"] == "message"], ["meanwhile"])
        await writer.reply("publish", topic=self.room, data="to all")
        for one in self.browsers:
            while (await one.speaker.next()).get("data") != "to all":
                pass
        return number, moving

    async def direct(self, node, user):
        one = Browser(self, 99, "none", tls=self.authority.trusting())
        one.user = user
        await one.connect(NodeItself(node, self.tls))
        return one.speaker

    async def drains(self, known=None):
        """Nobody who comes while a node drains is refused, also not those who
        belong to it; who is there stays until it is told to go. `known`: what
        the balancer has to find out before, by the number of the node."""
        number, staying = self.node_with_most()
        node, self.cluster.nodes[number] = self.cluster.nodes[number], None
        self.addCleanup(end, node)
        node.process.terminate()
        if known:
            await asyncio.to_thread(wait_until, lambda: known(number),
                                    "the balancer knows that it drains")
        told = [await one.speaker.expect("reconnect") for one in staying]
        self.assertEqual({one["reason"] for one in told}, {"drain"})
        for one in staying:
            again = self.browser(one.number, one.kind)
            again.cookies = dict(one.cookies)
            self.assertNotEqual(await again.connect(self.front), node.name)
            await again.leave()
        for one in staying:
            await one.lost()
            self.assertEqual(one.speaker.socket.close_code, 4000)
        code = await asyncio.to_thread(node.process.wait, DEADLINE_S)
        self.assertEqual(code, 0, node.printed()[-4000:])


def end(node):
    """Whatever became of it."""
    if node.process.poll() is None:
        node.process.kill()
        node.process.wait()
    node.output.close()


class NodeItself:
    """For clients that go to a node without a detour."""

    def __init__(self, node, tls):
        self.port, self.tls = node.port, tls


class EveryBalancer:
    """What is true of each, whatever TLS does; mixed into a BalancedTest."""

    async def test_without_stickiness_clients_spread_and_recover(self):
        await self.begin("none")
        counted = collections.Counter(one.node for one in self.browsers)
        self.assertEqual(list(counted.values()), [CLIENTS // 3] * 3, counted)
        await self.loses_a_node()

    async def test_by_address(self):
        await self.sticks("address")

    async def test_by_cookie(self):
        await self.sticks("cookie")

    async def test_by_id(self):
        await self.sticks("id")

    async def sticks(self, kind):
        await self.begin(kind)
        await self.comes_back(kind)
        await self.loses_a_node()

    async def test_who_belongs_to_a_node_that_drains_is_not_refused(self):
        await self.begin("id")
        await self.drains()

    @unittest.skipUnless(settings.long, "it takes as long as it says")
    async def test_who_is_silent_for_minutes_stays(self):
        """Longer than any time-out of the files; the nodes' pings do it."""
        for one in await self.begin("none"):
            await one.enter(self.room)
        quiet = self.browsers[0].speaker
        while True:
            try:
                await asyncio.wait_for(quiet.socket.recv(), SILENCE_S)
            except asyncio.TimeoutError:
                break  # nothing has come for so long
        for one in self.browsers:
            await one.speaker.reply("ping")

    async def test_tls_ends_at_the_balancer_and_nodes_know_the_address(self):
        await self.begin("cookie", pair=self.pair)
        await self.comes_back("cookie", times=1)
        for one in self.browsers:
            node = self.node_of(one)
            _, text = await asyncio.to_thread(
                node.get, f"/connections?user={one.user}&node={one.node}",
                internal=True)
            self.assertEqual(
                [each["address"] for each in json.loads(text)["connections"]],
                [address_of(one.number)])


class EveryPasser:
    """The same where TLS is passed on; the nodes have tls.enabled."""

    tls = True

    async def test_without_stickiness_clients_spread_and_recover(self):
        await self.begin("none", ca=self.authority.certificate)
        self.assertEqual(len({one.node for one in self.browsers}), 3)
        await self.loses_a_node()

    async def test_by_address(self):
        await self.begin("address", ca=self.authority.certificate)
        await self.comes_back("address")
        await self.loses_a_node()
