"""A node with a journal is killed again and again under load.

Every message with a receipt is in the history exactly once, at the position of
its receipt, and every client is told it exactly once and in order. One without
a receipt is sent again by who published it, and is stored once. Nothing begins
anew: the epoch stays."""

import asyncio
import random
import unittest
from collections import Counter

from chaos.publisher import Publisher
from chaos.soak import Soak
from support.journal_test import JournalTest, whole_history
from support.node import JSON, MSGPACK, Node
from support.settings import settings
from support.waiting import DEADLINE_S, until

ROOM = "chat.kill"
ALIVE_S = (0.1, 1.0)  # how long a node lives after it has taken new messages


class Kill(JournalTest):
    more = """
    topics { chat { history-messages = 10000000, history-bytes = 4 GiB
                    ring-messages = 500 } }
    """
    sync = "always"

    def setUp(self):
        super().setUp()
        self.kills, clients, writers = (
            (20, 10, 4) if settings.long else (3, 4, 2))
        self.seed = random.randrange(1 << 32)
        self.dice = random.Random(self.seed)
        self.clients = {"clients": clients, "publishers": 2, "every_ms": 5}
        self.publishers = [
            Publisher(self.connect, f"writer-{number}", ROOM,
                      window=self.dice.choice((1, 4, 16)))
            for number in range(writers)]

    async def connect(self, name):
        if not self.node:
            raise ConnectionRefusedError("it is being started")
        number = int(name.rsplit("-", 1)[1])
        return await self.node.speaker(name, (JSON, MSGPACK)[number % 2])

    def receipts(self):
        return sum(len(one.receipts) for one in self.publishers)

    async def kill_and_start(self):
        """Not before everybody has receipts of this life of the node."""
        before = [len(one.receipts) for one in self.publishers]

        async def all_have_more():
            await self.publishing_goes_on()
            return all(len(one.receipts) > had
                       for one, had in zip(self.publishers, before))

        await until(all_have_more, "each publisher has a receipt of this life",
                    2 * DEADLINE_S)
        await asyncio.sleep(self.dice.uniform(*ALIVE_S))  # a random moment
        port = self.node.port
        await self.end(Node.kill)
        # In a thread: the clients go on while it starts.
        await asyncio.to_thread(self.start, sync=self.sync, port=port)

    async def publishing_goes_on(self):
        for task in self.tasks:
            if task.done():
                await task  # raises what ended it

    async def play(self):
        soak = Soak(self.node.url(), ROOM, **self.clients)
        self.addCleanup(soak.end)
        self.tasks = [asyncio.create_task(one.run())
                      for one in self.publishers]
        await asyncio.to_thread(soak.wait_until_live)
        for _ in range(self.kills):
            await self.kill_and_start()
        for one in self.publishers:
            one.stopping = True
        await asyncio.wait_for(asyncio.gather(*self.tasks), 2 * DEADLINE_S)
        return await asyncio.to_thread(soak.verdict)

    def check_clients(self, report):
        self.assertEqual(report["verdict"],
                         {"lost": 0, "repeated": 0, "reordered": 0},
                         report["examples"])
        self.assertTrue(report["ok"], report)
        self.assertEqual((report["epochs"], report["unreceipted"]), (1, 0))
        self.assertEqual(len(report["clients"]), self.clients["clients"])
        for one in report["clients"]:
            # Not in each life of the node: some are shorter than a back-off.
            self.assertGreater(one["connects"], 1)
            self.assertEqual(one["resets"], 0, one)

    def check_history(self, messages):
        """Decoded whole: no half entry, none twice, none in another place."""
        offsets = [one["offset"] for one in messages]
        self.assertEqual(offsets, sorted(set(offsets)))
        by_offset = {one["offset"]: one["data"] for one in messages}
        for one in self.publishers:
            self.assertEqual([number for number, _ in one.receipts],
                             list(range(len(one.receipts))))
            places = [offset for _, (_, offset) in one.receipts]
            self.assertEqual(places, sorted(set(places)), one.name)
            for number, (_, offset) in one.receipts:
                self.assertEqual(by_offset.get(offset), {
                    "name": one.name, "n": number, "text": "y" * 64})
        times = Counter(
            (data["name"], data["n"]) if "name" in data
            else (data["from"], data["n"]) for data in by_offset.values())
        self.assertEqual([one for one, count in times.items() if count > 1], [])
        epochs = {epoch for one in self.publishers
                  for _, (epoch, _) in one.receipts}
        self.assertEqual(len(epochs), 1)
        written = sum("name" in data for data in by_offset.values())
        self.assertEqual(written, self.receipts())

    async def test_what_has_a_receipt_survives_every_kill(self):
        try:
            self.start(sync=self.sync)
            report = await self.play()
            self.check_clients(report)
            [judge] = await self.speakers("judge")
            epoch = (await judge.reply("history", topic=ROOM))["epoch"]
            messages = await whole_history(judge, ROOM, epoch, page=1000)
            self.check_history(messages)
            self.assertGreaterEqual(len(messages),
                                    self.receipts() + report["receipts"])
        except BaseException:
            print(f"\nseed {self.seed}", flush=True)
            raise
        again = sum(one.again for one in self.publishers)
        print(f"\n{self.kills} kills: {len(messages)} messages, {again} sent "
              "again", flush=True)


@unittest.skipUnless(settings.long, "the long form only")
class KillCheckpoint(Kill):
    """The system has what the disk has not: a kill takes nothing of it."""

    sync = "checkpoint"
