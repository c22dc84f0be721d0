"""A node that drains sends its clients to the others, in its time, and ends well."""

import asyncio
import unittest

from websockets.exceptions import InvalidStatusCode

from chaos.soak import Soak
from cluster.drain_nodes import Member
from support.nats import Nats
from support.node import Closed
from support.waiting import until, wait_until

ROOM = "chat.drained"
CLIENTS = 12


class Watcher:
    """Reads what is told of a room, and keeps who comes and goes."""

    def __init__(self, speaker):
        self.speaker = speaker
        self.seen = []  # (event, user)
        self.reading = asyncio.create_task(self._read())

    @classmethod
    async def at(cls, member, user="watcher"):
        speaker = await member.node.speaker(user)
        await speaker.subscribe(ROOM)
        return cls(speaker)

    async def _read(self):
        try:
            while True:
                got = await self.speaker.next()
                if got["event"] in ("joined", "left"):
                    self.seen.append((got["event"], got["member"]["user"]))
        except (Closed, asyncio.TimeoutError):
            pass

    def flicker(self):
        return [one for one in self.seen if not one[1].startswith("watcher")]

    async def sees(self, *expected):
        async def seen():
            return self.flicker() == list(expected)
        await until(seen, f"{expected} is all that is told")

    async def end(self):
        self.reading.cancel()
        await self.speaker.socket.close()


class DrainTest(unittest.IsolatedAsyncioTestCase):
    nodes = 2
    more = ""

    def setUp(self):
        self.nats = Nats()
        self.addCleanup(self.nats.end)
        self.members = []
        for at in range(self.nodes):
            self.members.append(Member(f"n{at + 1}", self.nats, self.more))
            self.addCleanup(self.members[-1].kill)
        for one in self.members:
            wait_until(lambda: one.drained()["others"] == self.nodes - 1,
                       "nodes see each other")

    async def asyncSetUp(self):
        asyncio.get_running_loop().set_debug(False)

    async def speaker(self, member, user):
        one = await member.node.speaker(user)
        self.addAsyncCleanup(one.close)
        return one


class TestRollingRestart(DrainTest):
    """Three nodes are drained and started again, one after the other, while SDK
    clients publish and follow one room in which nobody is held
    (presence-hold = 0). Every message with a receipt is told to every client
    once and in order; nobody who watches from another node hears that a client
    left or joined; each node ends with 0."""

    nodes = 3

    async def test_nothing_is_lost_repeated_or_seen(self):
        soak = Soak(",".join(one.url() for one in self.members), ROOM,
                    clients=CLIENTS, publishers=4)
        self.addCleanup(soak.end)
        await asyncio.to_thread(soak.wait_until_live)
        drains = [self.by_signal, self.by_file, self.by_url]
        for at, drain in enumerate(drains):
            member, other = self.members[at], self.members[at - 1]
            watcher = await Watcher.at(other, f"watcher-{at}")
            await drain(member)
            await member.ended()
            await asyncio.to_thread(member.start)
            self.assertEqual(watcher.flicker(), [])
            await watcher.end()
        report = await asyncio.to_thread(soak.verdict)
        self.assertTrue(report["ok"], report)
        self.assertEqual(report["verdict"],
                         {"lost": 0, "repeated": 0, "reordered": 0})
        self.assertEqual(report["epochs"], 1)
        for one in report["clients"]:
            self.assertGreater(one["connects"], 1, report)
            self.assertEqual(one["errors"], [], report)

    async def by_signal(self, member):
        member.terminate()

    async def by_file(self, member):
        await self.by_command(member, *member.by_file())

    async def by_url(self, member):
        await self.by_command(member, *member.by_url(), "--rate", "50")

    async def by_command(self, member, *options):
        done = await asyncio.to_thread(member.command, *options, "--wait")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^draining \d+ connections within ")
        self.assertIn("it is gone", done.stdout)


class TestClients(DrainTest):
    """What a client is told that knows nothing of drains but the protocol."""

    async def test_each_is_told_its_time_and_closed_after_it(self):
        drained, other = self.members
        clients = [await self.speaker(drained, f"u{i}") for i in range(4)]
        status, plan = await asyncio.to_thread(drained.post_drain, {"rate": 2})
        self.assertEqual((status, plan), (200, {
            "connections": 4, "window_ms": 2000, "rate": 2}))
        times = []
        for one in clients:
            told = await one.expect("reconnect", reason="drain", window_ms=2000)
            times.append(told["after_ms"])
        self.assertEqual(len(set(times)), 4, times)
        self.assertLess(max(times), 2000)
        for one in clients:
            await one.closed(4000, "drain")
        await drained.ended()
        self.assertEqual(other.status("/ready"), 200)

    async def test_who_comes_back_by_hand_has_not_left(self):
        drained, other = self.members
        client = await self.speaker(drained, "ann")
        await client.subscribe(ROOM)
        watcher = await Watcher.at(other)
        drained.terminate()
        _, end = await client.up_to_the_end()
        self.assertEqual(end.code, 4000)
        await drained.ended()
        back = await self.speaker(other, "ann")
        await back.subscribe(ROOM)
        self.assertEqual(watcher.flicker(), [])
        await back.reply("unsubscribe", topic=ROOM)
        await watcher.sees(("left", "ann"))
        await watcher.end()


class TestMeanwhile(DrainTest):
    more = "drain { window-min = 30s }"

    async def test_nobody_comes_in_and_all_else_works(self):
        drained, other = self.members
        clients = [await self.speaker(drained, f"u{i}") for i in range(4)]
        await asyncio.to_thread(drained.post_drain, {})
        told = [(await one.expect("reconnect"))["after_ms"] for one in clients]
        self.assertEqual(drained.status("/ready"), 503)
        self.assertEqual(drained.status("/health"), 200)
        with self.assertRaises(InvalidStatusCode) as refused:
            await drained.node.speaker("bob")
        self.assertEqual(refused.exception.status_code, 503)
        self.assertEqual(refused.exception.headers["Retry-After"], "1")
        self.assertTrue(drained.drained()["draining"])
        self.assertEqual(other.drained()["others"], 0)
        last = clients[told.index(max(told))]
        await last.subscribe(ROOM)
        await last.reply("publish", topic=ROOM, data=1)
        status, again = await asyncio.to_thread(drained.post_drain, {"rate": 9})
        self.assertEqual((status, again["rate"]), (200, 200))
        for one in clients:  # who goes by himself is not waited for
            await one.close()
        await drained.ended()
        await self.speaker(other, "bob")


class TestHold(DrainTest):
    more = "drain { window-min = 0ms, hold = 1s }"

    async def test_who_does_not_come_back_leaves_in_the_end(self):
        drained, other = self.members
        client = await self.speaker(drained, "ann")
        await client.subscribe(ROOM)
        watcher = await Watcher.at(other)
        drained.terminate()
        await client.up_to_the_end()
        await drained.ended()
        await watcher.sees(("left", "ann"))
        await watcher.end()


class TestSecondSignal(DrainTest):
    more = "drain { rate = 1, limit = 1h, window-min = 10m }"

    async def test_a_second_signal_ends_it_at_once(self):
        drained, _ = self.members
        client = await self.speaker(drained, "ann")
        late = await self.speaker(drained, "bob")
        drained.terminate()
        for one in (client, late):
            await one.expect("reconnect")
        drained.terminate()
        await late.closed(4000, "drain")
        await drained.ended()


class TestLimit(DrainTest):
    more = "drain { rate = 1, limit = 1s, window-min = 0ms }"

    async def test_nobody_stays_longer(self):
        drained, _ = self.members
        clients = [await self.speaker(drained, f"u{i}") for i in range(3)]
        drained.terminate()
        for one in clients:
            _, end = await one.up_to_the_end()
            self.assertEqual(end.code, 4000)
        await drained.ended()


class TestAlone(DrainTest):
    nodes = 1
    more = "drain { window-min = 10m, limit = 1h }"

    async def test_a_node_without_others_does_not_drain(self):
        alone, = self.members
        client = await self.speaker(alone, "ann")
        status, answer = alone.post_drain({})
        self.assertEqual(status, 409)
        self.assertIn("no other node", answer["error"])
        done = alone.command(*alone.by_file(), "--wait")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no other node", done.stderr)
        self.assertEqual(alone.drained(), {"draining": False, "others": 0})
        self.assertEqual(alone.status("/ready"), 200)
        alone.terminate()
        await client.closed(4000, "drain")
        await alone.ended()

    async def test_a_node_that_is_not_there_is_named(self):
        alone, = self.members
        done = alone.command("--url", "http://127.0.0.1:1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("127.0.0.1:1", done.stderr)
