"""All clients of a node are gone at once and come back: those who are in notice
nothing, nobody who comes back misses an event of a room, nothing is left over."""

import asyncio
import json
import subprocess

from support import tokens
from support.node_test import NodeTest
from support.settings import settings
from support.waiting import wait_until

STORMS = 3


class Storm(NodeTest):
    more = """
    session { anonymous = allow }
    topics { chat { history-messages = 100000 }
             bench { match = "bench.*", kind = topic } }
    """

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.crowd_size, self.members = (
            (19_000, 200) if settings.long else (1_000, 20))

    async def crowd(self):
        """So many idle connections come, and vanish; none may be refused."""
        process = await asyncio.create_subprocess_exec(
            settings.load, "--port", str(self.node.port), "idle",
            "--connections", str(self.crowd_size), "--topics", "100",
            "--before", "1", "--settle", "0", "--seconds", "0",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        report, complaint = await process.communicate()
        self.assertEqual(process.returncode, 0, complaint.decode())
        self.assertEqual(json.loads(report.splitlines()[-1])["broken"], 0)

    async def come_back(self, place, since):
        """Drops the connection of a member and goes on where it was."""
        one = self.inside[place]
        one.socket.transport.abort()
        one = self.inside[place] = await self.node.stranger(
            bearer=tokens.token(f"member{place}"))
        await one.expect("welcome")
        reply = await one.reply("subscribe", topic=self.room, since=since)
        self.assertEqual((reply["mode"], reply["recovered"]),
                         ("replay", True))

    async def read_up_to(self, one, after, last):
        """All events after an offset up to another: none missing, none twice."""
        while after < last:
            got = await one.next()
            if "offset" in got and got["event"] not in ("live", "reply"):
                self.assertEqual(got["offset"], after + 1)
                after += 1
        return after

    async def test_everybody_comes_back(self):
        writer, witness = await self.speakers("writer", "witness")
        seen = (await witness.subscribe(self.room))["offset"]
        self.inside, heard = [], []
        for number in range(self.members):
            one = await self.node.stranger(
                bearer=tokens.token(f"member{number}"))
            await one.expect("welcome")
            reply = await one.subscribe(self.room)
            self.inside.append(one)
            heard.append({"epoch": reply["epoch"], "offset": reply["offset"]})
        memory = []
        for _ in range(STORMS):
            storm = asyncio.create_task(self.crowd())
            while not storm.done():
                await asyncio.gather(*(
                    self.come_back(place, heard[place])
                    for place in range(self.members)))
                at = await writer.reply("publish", topic=self.room, data="x")
                for place, one in enumerate(self.inside):
                    heard[place]["offset"] = await self.read_up_to(
                        one, heard[place]["offset"], at["offset"])
                seen = await self.read_up_to(witness, seen, at["offset"])
            await storm
            memory.append(self.node.memory_kb())
        for one in self.inside:
            one.socket.transport.abort()
        await asyncio.gather(writer.close(), witness.close())
        wait_until(lambda: self.node.descriptors()
                   == self.node.idle_descriptors, "nothing is left over")
        if not self.node.sanitized():  # which keeps what was freed
            self.assertLess(memory[-1], memory[0] * 1.2)
