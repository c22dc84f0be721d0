"""Minutes of clients that come, talk, stop reading, pause and go: the node's
memory is what it was, and whoever stays misses nothing."""

import asyncio
import random
import statistics
import time
import unittest

from support.node import Closed
from support.node_test import MeasuredNodeTest
from support.settings import settings

WORKERS = 30
TOPICS = 40


@unittest.skipUnless(settings.long, "takes minutes")
class Soak(MeasuredNodeTest):
    more = """
    laggard { grace = 2s, linger = 1s }
    connection { outbox-bytes-max = 64KiB, send-buffer-bytes = 16KiB }
    topics {
      chat { history-messages = 100, idle-timeout = 1s, state-bytes-max = 16KiB }
      news { idle-timeout = 1s }
    }
    """
    seconds = 180

    async def visit(self, dice):
        """One life of one client."""
        one = await self.speaker(f"user-{dice.randrange(WORKERS)}")
        for _ in range(dice.randrange(1, 5)):
            kind = dice.choice(["chat", "news"])
            topic = f"{kind}.soak{dice.randrange(TOPICS)}"
            await one.send("subscribe", topic=topic)
            for _ in range(dice.randrange(20)):
                await one.send("publish", topic=topic, key=str(dice.random()),
                               data="x" * dice.randrange(4096))
            what = dice.randrange(4)
            if what == 0:
                one.socket.transport.pause_reading()
                await asyncio.sleep(dice.random() * 4)
                one.socket.transport.resume_reading()
            elif what == 1:
                await one.send("flow.pause", topic=topic)
                await asyncio.sleep(dice.random())
                await one.send("flow.resume", topic=topic)
            elif what == 2:
                await one.send("unsubscribe", topic=topic)
            await one.reply("ping")
            one.early.clear()
        if dice.random() < 0.5:
            await one.close()
        else:
            one.socket.transport.abort()

    async def visits(self, seed):
        dice = random.Random(seed)
        while time.monotonic() < self.end:
            try:
                await self.visit(dice)
            except Closed:
                self.cut += 1  # a laggard
            self.lives += 1

    async def stays(self):
        """Reads all of a room that one writer fills."""
        writer, reader = await self.speakers("writer", "reader")
        at = (await reader.subscribe("chat.stays"))["offset"]
        while time.monotonic() < self.end:
            for _ in range(10):
                await writer.send("publish", topic="chat.stays", data="y" * 100)
            for _ in range(10):
                at += 1
                got = await reader.expect("message")
                self.assertEqual(got["offset"], at)
            await asyncio.sleep(0.05)

    async def watch(self):
        while time.monotonic() < self.end:
            await asyncio.sleep(0.5)
            self.memory.append(self.node.memory_kb())

    async def test_memory_is_flat_while_clients_come_and_go(self):
        self.end = time.monotonic() + self.seconds
        self.lives = self.cut = 0
        self.memory = []
        await asyncio.gather(self.watch(), self.stays(), *(
            self.visits(seed) for seed in range(WORKERS)))
        third = len(self.memory) // 3
        before, after = (statistics.median(self.memory[third:2 * third]),
                         statistics.median(self.memory[2 * third:]))
        print(f"\n{self.lives} lives, {self.cut} cut: RSS "
              f"{before / 1024:.1f} MB, then {after / 1024:.1f} MB", flush=True)
        self.assertGreater(self.lives, WORKERS)
        self.assertLess(after, before * 1.05)
