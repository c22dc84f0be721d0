"""The base of tests that play with a cluster under load; what everybody was
told is judged afterwards (judge.py)."""

import asyncio
import json
import random
import tempfile
import time
from collections import Counter

from chaos.crowd import Crowd, Writer
from chaos.judge import judge
from support.cluster import ClusterTest, members_of
from support.waiting import DEADLINE_S, until
from support.way import Way

TOPICS = ("chat.a", "chat.b", "kept.c")
MORE = """
topics {
  chat { history-messages = 100000, history-bytes = 1 GiB }
  kept { history-messages = 100000, history-bytes = 1 GiB, presence-hold = 3s
         ring-messages = 100 }
}
cluster { log { batches-per-topic-max = 1000000 } }
"""
SETTLE_S = 30.0
FINDINGS_MAX = 10  # that are printed


class Play(ClusterTest):
    async def make(self, nats, more=""):
        """NATS, a way to it for each node, and the nodes."""
        servers = getattr(nats, "servers", [nats])
        self.seed = random.randrange(1 << 32)
        self.dice = random.Random(self.seed)
        await self.begin(3, MORE + more, nats, ways=len(servers) == 1)
        self.crowd = Crowd([one.url() for one in self.cluster.nodes], TOPICS,
                           clients=10, publishers=4, every_ms=15)
        self.addAsyncCleanup(asyncio.to_thread, self.crowd.end)
        self.writers = [Writer(self.cluster.running, f"py-{n}", TOPICS)
                        for n in range(3)]

    async def begin(self, count, more, nats, *, ways):
        self.ways = []
        self.addCleanup(nats.end)
        if ways:
            for _ in range(count):
                self.ways.append(await Way(nats.port).start())
                self.addAsyncCleanup(self.ways[-1].end)
        await self.begin_at([one.url for one in self.ways]
                            or [nats.url] * count, more)
        self.nats = nats

    def any_node(self):
        return self.dice.randrange(len(self.cluster.nodes))

    async def play(self, faults):
        """All faults, one after the other, under load."""
        await asyncio.to_thread(self.crowd.wait_until_live)
        writing = [asyncio.create_task(one.run()) for one in self.writers]
        for fault in faults:
            await self.some_more_receipts(writing)
            begun = time.monotonic()
            await fault(self)
            await self.until_ready()
            print(f"  {fault.__name__} {time.monotonic() - begun:.1f} s",
                  flush=True)
        await self.some_more_receipts(writing)
        for one in self.writers:
            one.stopping = True
        await asyncio.wait_for(asyncio.gather(*writing), DEADLINE_S)
        return await asyncio.to_thread(self.crowd.report)

    async def some_more_receipts(self, writing):
        """Whatever was, publishing goes on."""
        had = [len(one.receipts) for one in self.writers]

        async def all_have_more():
            for task in writing:
                if task.done():
                    await task  # raises what ended it
            return all(len(one.receipts) > before + 3
                       for one, before in zip(self.writers, had))
        await until(all_have_more, "all publishers get receipts")

    async def until_ready(self):
        async def ready():
            asked = [asyncio.to_thread(one.get, "/ready")
                     for one in self.cluster.nodes]
            return all(status == 200
                       for status, _ in await asyncio.gather(*asked))
        await until(ready, "all nodes are ready")

    async def presence(self, expected):
        """As each node says it, once that is right or nothing comes of it."""
        said = {}
        for node in self.cluster.nodes:
            judge_ = await self.speaker(node, "judge")

            async def right(one=judge_, name=node.name):
                said[name] = {
                    topic: {user: member["connections"] for user, member
                            in (await members_of(one, topic)).items()}
                    for topic in TOPICS}
                return said[name] == {
                    topic: dict.fromkeys(users, 1)
                    for topic, users in expected.items()}
            try:
                await until(right, "presence", SETTLE_S)
            except AssertionError:
                pass  # the judge says what is wrong
        return said

    async def same_state(self, topic):
        """All nodes that stand at the same entry of the log have one state."""
        said = []

        async def same():
            path = f"/rooms/state?topic={topic}"
            asked = [asyncio.to_thread(one.get, path, internal=True)
                     for one in self.cluster.nodes]
            said[:] = [json.loads(body)
                       for _, body in await asyncio.gather(*asked)]
            return said[0].get("hash") and all(one == said[0] for one in said)
        try:
            await until(same, "one state", SETTLE_S)
        except AssertionError:
            self.fail(f"{topic} is another one on some nodes: {said}")

    async def judged(self, faults):
        try:
            report = await self.play(faults)
        except BaseException:
            print(f"\nseed {self.seed}", flush=True)
            raise
        expected = {topic: sorted(one["name"] for one in report["clients"]
                                  if one["topic"] == topic)
                    for topic in TOPICS}
        report["receipts"] += [each for one in self.writers
                               for each in one.receipts]
        history = {"clients": report["clients"],
                   "receipts": report["receipts"], "expected": expected,
                   "presence": await self.presence(expected)}
        for topic in TOPICS:
            await self.same_state(topic)
        findings = judge(history)
        if findings or not report["complete"]:
            self.keep(history, findings)
        self.assertTrue(report["complete"], "a message did not reach all")
        self.assertEqual(report["errors"], [])
        self.assertEqual(findings[:FINDINGS_MAX], [],
                         Counter(kind for kind, *_ in findings))
        again = sum(one.again for one in self.writers)
        print(f"{len(faults)} faults, {len(report['receipts'])} receipts, "
              f"{again} tried again, {sum(report['connects'])} connects",
              flush=True)

    def keep(self, history, findings):
        """For who looks into it."""
        with tempfile.NamedTemporaryFile(
                "w", prefix="chaos-", suffix=".json", delete=False) as file:
            json.dump({"history": history, "findings": findings,
                       "seed": self.seed, "logs": {
                           f"{number}-{one.name}": one.printed()
                           for number, one in enumerate(
                               self.cluster.all_started)
                           if not one.output.closed}}, file)
        print(f"\nkept in {file.name}", flush=True)
