"""A backup that is made as docs/operations.md says, while the node runs."""

import subprocess
from pathlib import Path

from support.journal_test import (JournalTest, position_of, published, resumed,
                                  whole_history)
from support.node import Node

ROOT = Path(__file__).parents[3]
OPERATIONS = ROOT / "docs/operations.md"
NEW_EPOCHS = "UPDATE topics SET epoch = lower(hex(randomblob(7)))"


class Backup(JournalTest):
    def sqlite3(self, file, command):
        subprocess.run(["sqlite3", str(file), command], check=True,
                       capture_output=True, text=True)

    def put_back(self, copy):
        for name in (f"{self.file.name}-wal", f"{self.file.name}-shm"):
            (self.folder / name).unlink(missing_ok=True)
        self.file.write_bytes(copy.read_bytes())

    async def backed_up(self, how):
        """A copy of a room with 50 messages; 10 more came before the node
        ended. The position of the last of those."""
        self.start()
        [ann] = await self.speakers("ann")
        await published(ann, self.room, 50)
        copy = self.folder / "copy"
        self.sqlite3(self.file, f".backup {copy}")
        await published(ann, self.room, 10)
        last = position_of(await ann.reply("publish", topic=self.room, data=-1))
        await self.end(how)
        return copy, last

    async def has_what_was_backed_up(self, last):
        self.start()
        [ann] = await self.speakers("ann")
        reply, _ = await resumed(ann, self.room, last)
        self.assertFalse(reply["recovered"], reply)
        self.assertNotEqual(reply["epoch"], last["epoch"])
        messages = await whole_history(ann, self.room, reply["epoch"])
        self.assertEqual([one["data"] for one in messages], list(range(50)))

    async def test_an_older_copy_is_known_as_one(self):
        copy, last = await self.backed_up(Node.stop)
        self.put_back(copy)
        await self.has_what_was_backed_up(last)

    async def test_a_copy_of_the_life_that_was_killed_is_given_new_epochs(self):
        """The node can not know that it is older."""
        copy, last = await self.backed_up(Node.kill)
        self.put_back(copy)
        self.sqlite3(self.file, NEW_EPOCHS)
        await self.has_what_was_backed_up(last)

    def test_the_page_says_so(self):
        self.assertTrue(NEW_EPOCHS in OPERATIONS.read_text())
