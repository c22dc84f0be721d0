"""The base of tests with a node that keeps its rooms' logs in a file."""

import asyncio
import tempfile
import unittest
from pathlib import Path

from support.node import JSON, Node

JOURNAL = """
journal { store = file, file = "%(file)s", sync = %(sync)s }
topics {
  short { match = "short.*", kind = room, ring-messages = 10 }
  kept { match = "kept.*", kind = room, presence-hold = 5m }
}
"""


class JournalTest(unittest.IsolatedAsyncioTestCase):
    """Each test has a folder with a journal, and starts and ends nodes on it.
    What it leaves running is stopped in order."""

    more = ""  # HOCON behind that of the journal
    subprotocol = JSON

    def shortDescription(self):
        return None  # the name says it

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "rooms.journal"
        self.room = f"chat.{self._testMethodName}"
        self.node = None

    async def asyncSetUp(self):
        # unittest turns it on, and it tells of every slow step.
        asyncio.get_running_loop().set_debug(False)

    async def asyncTearDown(self):
        if self.node:
            await self.end()

    def start(self, more="", *, sync="always", port=0):
        """A node on the journal. Of several, the last is `self.node`."""
        journal = JOURNAL % {"file": self.file, "sync": sync}
        self.node = Node(journal + self.more + more, port=port)
        return self.node

    async def end(self, how=Node.stop):
        """Ends the node: Node.stop in order, Node.kill without a warning. In a
        thread, so that clients can answer its close frames."""
        node, self.node = self.node, None
        await asyncio.to_thread(how, node)

    async def restart(self, how=Node.stop, more=""):
        await self.end(how)
        return self.start(more)

    def files(self):
        """The bytes of all that belongs to the journal, by name. The -shm is
        an index that SQLite makes anew whenever it opens the file."""
        return {file.name: file.read_bytes()
                for file in sorted(self.folder.iterdir())
                if not file.name.endswith(("-shm", ".lock"))}

    async def speaker(self, user, subprotocol=None, **claims):
        one = await self.node.speaker(user, subprotocol or self.subprotocol,
                                      **claims)
        self.addAsyncCleanup(one.close)
        return one

    async def speakers(self, *users):
        return [await self.speaker(user) for user in users]


def position_of(answer):
    return {"epoch": answer["epoch"], "offset": answer["offset"]}


async def up_to_live(one, topic):
    """All events up to the `live` of a topic, which is read, too."""
    got = []
    while (event := await one.next())["event"] != "live":
        got.append(event)
    assert event["topic"] == topic, event
    return got


async def resumed(one, topic, since, **fields):
    """The answer to a subscribe from a position, and what follows it."""
    reply = await one.reply("subscribe", topic=topic, since=since, **fields)
    return reply, await up_to_live(one, topic)


async def whole_history(one, topic, epoch, *, page=100, after=0):
    """All messages of a room that are remembered, in order."""
    messages, since = [], {"epoch": epoch, "offset": after}
    while got := (await one.reply("history", topic=topic, limit=page,
                                  since=since))["messages"]:
        messages += got
        since["offset"] = got[-1]["offset"]
    return messages


async def published(one, topic, count, data=lambda number: number):
    """Publishes, many at a time; the offsets of the receipts, in order."""
    ids = {}
    for number in range(count):
        one.last_id += 1
        ids[one.last_id] = number
        await one.raw(one.encoded({"event": "publish", "id": one.last_id,
                                   "topic": topic, "data": data(number)}))
    offsets = [None] * count
    while ids:
        got = await one.next()
        if got.get("id") in ids:
            assert got["event"] == "reply", got
            offsets[ids.pop(got["id"])] = got["offset"]
    return offsets
