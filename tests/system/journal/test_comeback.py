"""The node drops everybody in a room but one, and all come back at once with
their positions, while a publisher goes on: each gets exactly what it missed and
is live again, the one who stayed notices nothing, and the memory of the node is
what it is allowed."""

import asyncio
import re
import urllib.request

from support.crowd import Crowd
from support.journal_test import JournalTest
from support.settings import settings
from support.waiting import DEADLINE_S

ROOM = "chat.comeback"
DROPS = 2


class Comeback(JournalTest):
    more = """
    websocket { ping-interval = 1h }
    memory { budget = 64 MiB }
    topics { chat { history-messages = 1000000, history-bytes = 1 GiB
                    ring-messages = 50, presence-full-up-to = 20 } }
    """

    def setUp(self):
        super().setUp()
        self.size, self.users, self.missed = (
            (10_000, 200, 60) if settings.long else (500, 100, 150))
        self.text = "x" * (200 if settings.long else 1000)
        self.published = 0
        self.seen = 0  # by the witness
        self.stopping = False
        self.memory = []

    async def publish(self, one):
        """One message after the other, and a last one."""
        last = False
        while not last:
            last = self.stopping
            await one.reply("publish", topic=ROOM, data={
                "n": self.published, "text": self.text, "last": last})
            self.published += 1
            await asyncio.sleep(0.005)

    async def witness(self, one):
        """Was never dropped: every message comes live, with no gap."""
        last = False
        while not last:
            got = await one.next()
            # A snapshot tells who is left when only few are.
            self.assertIn(got["event"], ("message", "joined", "left", "members",
                                         "snapshot"))
            if got["event"] == "message":
                self.assertEqual(got["data"]["n"], self.seen)
                self.seen += 1
                last = got["data"]["last"]

    async def watch_memory(self):
        """Looks at the metrics all the time."""
        while not self.stopping:
            _, text = await asyncio.to_thread(self.node.get, "/metrics",
                                              internal=True)
            used = re.findall(r"^rookery_memory_used_bytes{.*} (\S+)$", text,
                              re.MULTILINE)
            self.memory.append(sum(map(float, used)))
            await asyncio.sleep(0.05)

    def drop(self):
        """The node ends the connections of each user of the crowd."""
        url = f"http://127.0.0.1:{self.node.internal_port}/disconnect"
        for user in self.crowd.users:
            body = f'{{"user":"{user}","code":4000}}'.encode()
            with urllib.request.urlopen(url, body, DEADLINE_S):
                pass

    async def until(self, condition, what):
        end = asyncio.get_running_loop().time() + 4 * DEADLINE_S
        while not condition():
            for task in self.tasks:
                if task.done() and task.exception():
                    raise task.exception()
            self.assertLess(asyncio.get_running_loop().time(), end, what)
            await asyncio.sleep(0.01)

    async def drop_and_come_back(self):
        at = self.published
        await self.until(lambda: self.crowd.behind(at) == 0, "all are live")
        await asyncio.to_thread(self.drop)
        await self.crowd.gone()
        wanted = self.published + self.missed
        await self.until(lambda: self.published >= wanted, "they miss some")
        before = self.seen
        await self.crowd.connect(self.node.port)
        # Whoever stayed was served meanwhile.
        self.assertGreater(self.seen, before)

    async def test_all_come_back_at_once(self):
        self.start()
        self.addCleanup(setattr, self, "stopping", True)
        writer, stays = await self.speakers("writer", "stays")
        await stays.subscribe(ROOM)
        self.crowd = Crowd(ROOM, self.size, self.users)
        self.addCleanup(self.crowd.end)
        await self.crowd.connect(self.node.port)
        self.tasks = [asyncio.create_task(one) for one in (
            self.publish(writer), self.witness(stays), self.watch_memory())]
        for _ in range(DROPS):
            await self.drop_and_come_back()
        self.stopping = True
        await asyncio.gather(*self.tasks)
        await self.until(lambda: self.crowd.behind(self.published) == 0,
                         "all have all")
        for one in self.crowd.all:
            self.assertGreaterEqual(one.missed, DROPS * self.missed)
        budget = self.node.metric("rookery_memory_budget_bytes")
        self.assertLess(max(self.memory), budget)
        from_journal = self.node.metric(
            'rookery_repairs_total{source="journal"}')
        self.assertGreater(from_journal, 0)
        refusals = sum(one.refusals for one in self.crowd.all)
        print(f"\n{self.size} came back {DROPS} times: {self.published} "
              f"messages, memory at most {max(self.memory) / 2**20:.1f} of "
              f"{budget / 2**20:.0f} MiB, {refusals} refusals", flush=True)
