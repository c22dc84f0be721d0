"""Rooms and topics that several nodes serve: one order, one list of members."""

import asyncio
import shutil
import subprocess
from pathlib import Path

from support.cluster import ClusterTest, members_of, until_members
from support.crowd import Follower
from support.journal_test import published
from support.node import JSON, MSGPACK
from support.settings import settings
from support.tokens import token
from support.waiting import DEADLINE_S

WS_PAIR = Path(__file__).with_name("ws_pair.js")
AT_ONCE = 100  # that join


class Rooms(ClusterTest):
    async def speakers(self, *users):
        """One on each node, in both encodings."""
        kinds = (JSON, MSGPACK, JSON)
        return [await self.speaker(node, user, subprotocol=kind)
                for node, user, kind in zip(self.cluster.nodes, users, kinds)]

    async def test_all_nodes_tell_the_same_offsets(self):
        await self.begin()
        trio = await self.speakers("a", "b", "c")
        epochs = {(await one.subscribe(self.room))["epoch"] for one in trio}
        self.assertEqual(len(epochs), 1)
        writers = await self.speakers("a", "b", "c")
        receipts = await asyncio.gather(*(
            published(one, self.room, 200, lambda n, name=name: [name, n])
            for name, one in zip("abc", writers)))
        heard = []
        for one in trio:
            got = []
            while len(got) < 600:
                event = await one.next()
                if event["event"] == "message":
                    got.append((event["offset"], event["user"],
                                event["data"]))
            heard.append(got)
        self.assertEqual(heard[0], heard[1])
        self.assertEqual(heard[0], heard[2])
        offsets = [one[0] for one in heard[0]]
        self.assertEqual(offsets, sorted(set(offsets)))
        for name, offsets in zip("abc", receipts):
            said = [(offset, name, [name, n])
                    for n, offset in enumerate(offsets)]
            self.assertEqual([one for one in heard[0] if one[1] == name], said)
        histories = [(await one.reply("history", topic=self.room,
                                      limit=1000))["messages"] for one in trio]
        self.assertEqual(histories[0], histories[1])
        self.assertEqual(histories[0], histories[2])

    async def test_topics_without_a_log_reach_other_nodes(self):
        await self.begin()
        trio = await self.speakers("a", "b", "c")
        for one in trio:
            await one.subscribe(self.topic)
        # Others hear of a subscription in their own time.
        async def greet(one):
            seen = set()
            while seen < {"a", "b", "c"}:
                await one.reply("publish", topic=self.topic, data="hello")
                while one.early:
                    seen.add(one.early.pop(0)["user"])
        await asyncio.wait_for(asyncio.gather(*map(greet, trio)), DEADLINE_S)
        for one in trio:
            await one.reply("publish", topic=self.topic, data="now")
        for one in trio:
            now = []
            while len(now) < 3:
                event = await one.next()
                if event["data"] == "now":
                    now.append(event["user"])
            self.assertEqual(sorted(now), ["a", "b", "c"])

    async def test_the_client_of_npm(self):
        here, there, _ = await self.begin()
        out = await asyncio.to_thread(
            subprocess.run,
            [shutil.which("node"), str(WS_PAIR), here.url(), there.url(),
             token("a"), token("b"), self.room],
            capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual((out.returncode, out.stderr), (0, ""))


class Storm(ClusterTest):
    """Everybody joins at once, spread over the nodes; then half of them go."""

    more = "topics { chat { subscribers-max = 20000 } }"

    async def test_presence_is_exact_on_all_nodes(self):
        count = 10_000 if settings.long else 500
        nodes = await self.begin(more=self.more)
        judges = [await self.speaker(node, "judge") for node in nodes]
        crowd = [Follower(self.room, f"user-{n:05}") for n in range(count)]
        gate = asyncio.Semaphore(AT_ONCE)

        async def join(number, one):
            async with gate:
                await one.connect(nodes[number % 3].port)

        await asyncio.gather(*(join(*pair) for pair in enumerate(crowd)))
        await until_members(judges, self.room, (one.user for one in crowd))
        for judge in judges:
            members = await members_of(judge, self.room)
            self.assertEqual({(one["connections"], one["held"])
                              for one in members.values()}, {(1, False)})
        for one in crowd[::2]:
            one.transport.abort()
        await until_members(judges, self.room,
                            (one.user for one in crowd[1::2]))
        self.assertEqual([one.failure for one in crowd if one.failure], [])
        for one in crowd[1::2]:
            one.transport.abort()
        await until_members(judges, self.room, ())
