"""A node with a small memory budget and clients that do not read: it stays
within, in the order rooms, door, laggards; who reads notices nothing of it."""

import asyncio
import itertools
import json
import re
import subprocess
import threading
import time

from websockets.exceptions import InvalidStatusCode

from support import tokens
from support.client import Client
from support.frames import text
from support.node_test import MeasuredNodeTest
from support.settings import settings
from support.waiting import wait_until

MB = 1 << 20
BUDGET = 16 * MB
# Nothing but the budget ends a connection here.
PATIENT = """
session { anonymous = allow }
laggard { grace = 1h }
websocket { ping-interval = 10m, close-timeout = 5s }
limits { messages-per-second = 0, bytes-per-second = 0 }
"""
SMALL_WINDOW = 4096


def event(name, **fields):
    return text(json.dumps({"event": name, **fields}).encode())


class MemoryTest(MeasuredNodeTest):
    """One node for each test: what it needed once is part of its memory."""

    def setUp(self):
        super().setUp()
        self.silent = []

    def leave(self):
        """Those who do not read are gone."""
        for one in self.silent:
            one.sock.close()
        wait_until(lambda: self.level() == 0, "there is memory again")

    async def asyncTearDown(self):
        self.leave()
        await super().asyncTearDown()

    def unread(self, topic):
        """A client that subscribes and never reads."""
        one = Client(self.node.port, path="/ws", receive_buffer=SMALL_WINDOW,
                     protocols=["rookery.v1.json"])
        self.silent.append(one)
        one.send(event("subscribe", topic=topic))
        return one

    def used(self, *kinds):
        return sum(self.node.metric(f'rookery_memory_used_bytes{{kind="{kind}"}}')
                   for kind in kinds or ("frames", "outboxes", "rings"))

    def level(self):
        return self.node.metric("rookery_memory_level")

    def levels(self):
        """All that the log tells, in order."""
        return re.findall(r'"event":"memory.pressure","level":"(\w+)"',
                          self.node.printed())

    def refusals(self):
        return self.node.metric(
            'rookery_upgrades_refused_total{reason="overloaded"}')

    def closed_laggards(self):
        return self.node.metric(
            'rookery_connections_closed_total{reason="laggard"}')

    def assert_in_order(self, told):
        """Each means was used after the one before it."""
        for level in ("shrink", "refuse", "shed"):
            self.assertIn(level, told)
            told = told[told.index(level) + 1:]

    def assert_grown_less(self, before_kb, budget):
        """The peak of the process: the budget, and what goes with it. Under a
        sanitizer each piece of memory takes more than it was asked for."""
        factor = 2.5 if self.node.sanitized() else 1.25
        grown = (self.node.memory_peak_kb() - before_kb) * 1024
        self.assertLess(grown, budget * factor)


class SmallBudget(MemoryTest):
    more = PATIENT + """
    memory { budget = 16MiB }
    topics { chat { history-messages = 100000, history-bytes = 256MiB } }
    """

    async def publish(self, one, topic, count, size):
        """All of them have arrived, and the last offset is returned."""
        for _ in range(count - 1):
            await one.send("publish", topic=topic, data="x" * size)
        return (await one.reply("publish", topic=topic,
                                data="x" * size)).get("offset")

    async def read_all(self, one, after, last):
        """All events of the room, none missing, none twice."""
        while after < last:
            got = await one.next()
            if got["event"] == "message":
                self.assertEqual(got["offset"], after + 1)
                after += 1

    async def test_rooms_full_of_history_shrink_and_nobody_else_pays(self):
        writer, reader = await self.speakers("writer", "reader")
        await self.publish(writer, "chat.warm", 100, 8192)
        at = (await reader.subscribe(self.room))["offset"]
        before_kb = self.node.memory_kb()
        for batch in range(128):  # 32 MB
            await self.publish(writer, f"chat.other{batch % 8}", 24, 8192)
            last = await self.publish(writer, self.room, 8, 8192)
            await self.read_all(reader, at, last)
            at = last
            self.assertLess(self.used(), BUDGET)
            await asyncio.sleep(0.02)  # or it fills between two looks
        # Not more than had to be.
        self.assertGreater(self.used("rings"), BUDGET / 10)
        self.assertIn("shrink", self.levels())
        self.assertNotIn("refuse", self.levels())
        self.assert_grown_less(before_kb, BUDGET)
        await (await self.speaker("late")).reply("ping")
        self.assertEqual(self.closed_laggards(), 0)

    async def test_the_door_shuts_then_laggards_go_then_all_may_come(self):
        writer, reader = await self.speakers("writer", "reader")
        at = (await reader.subscribe(self.room))["offset"]
        before_kb = self.node.memory_kb()
        before = len(self.levels())
        for place in range(32):
            self.unread(f"news.slow{place}")
        wait_until(lambda: self.node.metric("rookery_subscriptions") == 33,
                   "all have subscribed")
        shut = None
        for batch in range(160):  # 32 MB, of which no outbox holds over 1 MB
            for place in range(32):
                await writer.send("publish", topic=f"news.slow{place}",
                                  data="x" * 8192)
            last = await self.publish(writer, self.room, 1, 100)
            await self.read_all(reader, at, last)
            at = last
            await asyncio.sleep(0.02)
            if not shut and self.level() >= 2:
                shut = await self.refused()
                self.assertEqual(self.node.get("/ready", internal=True),
                                 (503, "overloaded: short of memory\n"))
                self.assertEqual(
                    self.node.get("/health", internal=True)[0], 200)
        self.assertEqual(shut[0], 503)
        self.assertGreater(int(shut[1]["Retry-After"]), 0)
        self.assertGreater(self.refusals(), 0)
        wait_until(lambda: self.level() < 3, "enough laggards have gone")
        told = self.levels()[before:]
        self.assert_in_order(told)
        self.assertGreater(self.closed_laggards(), 0)
        self.assertLess(self.closed_laggards(), 32)
        self.assertLess(self.used(), BUDGET)
        self.assert_grown_less(before_kb, BUDGET)
        self.leave()
        await (await self.speaker("late")).reply("ping")
        # Those who read were there all the time.
        await writer.reply("ping")
        await reader.reply("ping")

    async def refused(self):
        with self.assertRaises(InvalidStatusCode) as refused:
            await self.stranger(bearer=tokens.token("late"))
        return refused.exception.status_code, refused.exception.headers


class StoppedReading(MemoryTest):
    """1,000 clients stop reading while 10,000 messages a second flow."""

    budget = (64 if settings.long else 16) * MB
    more = PATIENT + """
    topics { bench { match = "bench.*", kind = topic } }
    connection { send-buffer-bytes = 16KiB }
    memory { budget = %d }
    """ % budget
    topics = 100
    publishers = 4

    def setUp(self):
        super().setUp()
        self.clients, self.rate, self.seconds = (
            (1000, 10_000, 60) if settings.long else (300, 4_000, 12))
        self.stop = threading.Event()
        self.threads = []

    def topic_of(self, number):
        """Every second one is a room, which repairs."""
        kind = "chat" if number % 2 else "news"
        return f"{kind}.crowd{number % self.topics}"

    def publish(self, place):
        """One publisher's share of the rate; on a machine that is too slow
        credit holds it back."""
        with Client(self.node.port, path="/ws",
                    protocols=["rookery.v1.json"]) as one:
            per_turn = self.rate // self.publishers // 100
            data = "x" * 500
            batches = [b"".join(
                event("publish", topic=self.topic_of(
                    place + self.publishers * (turn + at)), data=data)
                for at in range(per_turn)) for turn in range(self.topics)]
            due = time.monotonic()
            for batch in itertools.cycle(batches):
                if self.stop.is_set():
                    break
                one.send(batch)
                due += 0.01
                time.sleep(max(0, due - time.monotonic()))

    async def readers(self):
        """Clients that read, on a topic of their own; the load generator
        judges what they get."""
        return await asyncio.create_subprocess_exec(
            settings.load, "--port", str(self.node.port), "fan-out",
            "--subscribers", "20", "--rate", "50", "--warm-up", "1",
            "--seconds", str(self.seconds + 5), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    async def asyncTearDown(self):
        self.stop.set()
        for one in self.threads:
            one.join()
        if self.load.returncode is None:
            self.load.kill()
            await self.load.communicate()
        await super().asyncTearDown()

    async def test_memory_is_flat(self):
        load = self.load = await self.readers()
        wait_until(lambda: self.node.metric("rookery_subscriptions") == 20,
                   "the readers are there")
        for place in range(self.clients):
            self.unread(self.topic_of(place))
        wait_until(lambda: self.node.metric("rookery_subscriptions")
                   == 20 + self.clients, "all have subscribed")
        before_kb = self.node.memory_kb()
        before = self.node.metric("rookery_publishes_total")
        self.threads = [threading.Thread(target=self.publish, args=[place])
                        for place in range(self.publishers)]
        begin = time.monotonic()
        for one in self.threads:
            one.start()
        memory = await self.watch()
        flow = ((self.node.metric("rookery_publishes_total") - before)
                / (time.monotonic() - begin))
        self.stop.set()
        report, complaint = await load.communicate()
        self.assertEqual(load.returncode, 0, complaint.decode())
        judged = json.loads(report.splitlines()[-1])
        for harm in ("lost", "duplicated", "reordered", "broken", "corrupt"):
            self.assertEqual(judged[harm], 0, harm)
        self.assert_grown_less(before_kb, self.budget)
        self.assert_in_order(self.levels())
        half = len(memory) // 2
        self.assertLess(max(memory[half:]), max(memory[:half]) * 1.1)
        if not self.node.sanitized():
            self.assertGreater(flow, 0.8 * self.rate)
        print(f"\n{self.clients} clients that do not read, {flow:.0f} messages "
              f"a second: RSS {before_kb // 1024} MB before, peak "
              f"{self.node.memory_peak_kb() // 1024} MB, budget "
              f"{self.budget // MB} MB; "
              f"{self.closed_laggards():.0f} closed", flush=True)

    async def watch(self):
        """The process' memory, ten times a second; its budget is kept."""
        memory, end = [], time.monotonic() + self.seconds
        while time.monotonic() < end:
            await asyncio.sleep(0.1)
            memory.append(self.node.memory_kb())
            self.assertLess(self.used(), self.budget)
        return memory
