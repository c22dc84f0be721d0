"""What a node does with a journal that it can not or must not use: it says so,
names the file and what to do, and changes nothing in it."""

import os
import sqlite3
import subprocess
import tempfile
from pathlib import Path
from support.journal_test import (JOURNAL, JournalTest, position_of,
                                  published, resumed, whole_history)
from support.node import CONFIGURATION, Node
from support.settings import settings
from support.tokens import SECRET

ADVICE = "restore a backup, or move the file away"
PAGE = 4096


class FileTest(JournalTest):

    def refused_start(self, *, file=None, more=""):
        """What a node says that must not start; its exit code is 1."""
        text = CONFIGURATION % {"port": 0, "secret": SECRET}
        text += JOURNAL % {"file": file or self.file, "sync": "always"} + more
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
            config.write(text)
            config.flush()
            started = subprocess.Popen(
                [settings.node, "serve", "-c", config.name], text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            with started:
                lines = list(self.up_to_readiness(started))
        self.assertEqual(started.returncode, 1, lines)
        self.assertIn('"event":"node.start_failed"', lines[-1])
        return lines[-1]

    def up_to_readiness(self, started):
        """Its lines. One that gets ready is ended: it was not refused."""
        for line in started.stdout:
            yield line
            if '"event":"node.ready"' in line:
                started.kill()

    async def filled(self, how=Node.stop):
        """A journal with two rooms, whose node has ended: receipts by room."""
        self.start()
        [ann] = await self.speakers("ann")
        receipts = {}
        for room in ("chat.a", "chat.b"):
            self.epoch = (await ann.reply("publish", topic=room,
                                          data="first"))["epoch"]
            receipts[room] = await published(
                ann, room, 400, lambda number: f"{room} {number} " + "x" * 200)
        await self.end(how)
        return receipts

    def overwrite(self, at, data):
        with self.file.open("r+b") as file:
            file.seek(at)
            file.write(data)

    def check_refused_untouched(self):
        before = self.files()
        said = self.refused_start()
        self.assertIn(str(self.file), said)
        self.assertIn(ADVICE, said)
        self.assertEqual(list(self.files()), list(before))
        for name, data in self.files().items():
            self.assertTrue(data == before[name], f"{name} was changed")


class Start(FileTest):

    async def test_a_folder_that_is_missing_is_told(self):
        missing = self.folder / "missing"
        said = self.refused_start(file=missing / "rooms.journal")
        self.assertIn(f"there is no directory {missing}", said)
        self.assertFalse(missing.exists())

    async def test_a_folder_in_place_of_the_file_is_told(self):
        self.file.mkdir()
        self.assertIn(str(self.file), self.refused_start())

    async def test_a_second_node_is_refused(self):
        node = self.start()
        [ann] = await self.speakers("ann")
        said = self.refused_start()
        self.assertIn(str(self.file), said)
        self.assertIn("another process uses it", said)
        await published(ann, "chat.a", 10)  # the first has noticed nothing
        self.assertIs(self.node, node)

    async def test_a_second_node_is_refused_by_another_name_of_the_file(self):
        self.start()
        link = self.folder / "link.journal"
        link.symlink_to(self.file)
        self.assertIn("another process uses it", self.refused_start(file=link))

    async def test_the_database_of_another_program_is_left_alone(self):
        with sqlite3.connect(self.file) as other:
            other.execute("CREATE TABLE notes (text)")
        other.close()
        before = self.files()
        said = self.refused_start()
        self.assertIn(str(self.file), said)
        self.assertIn("another program", said)
        self.assertEqual(self.files(), before)

    async def test_a_file_that_is_no_database_is_left_alone(self):
        self.file.write_bytes(b"These are my notes, and no database.\n" * 1000)
        self.check_refused_untouched()

    async def test_a_journal_of_a_newer_program_is_left_alone(self):
        await self.filled()
        with sqlite3.connect(self.file) as newer:
            newer.execute("PRAGMA user_version = 1000")
        newer.close()
        before = self.files()
        said = self.refused_start()
        self.assertIn("schema version 1000", said)
        self.assertIn(str(self.file), said)
        self.assertEqual(self.files(), before)

    async def test_an_empty_file_is_a_new_journal(self):
        self.file.touch()
        self.start()
        [ann] = await self.speakers("ann")
        await published(ann, "chat.a", 3)

    async def test_a_file_that_may_not_be_written_is_told(self):
        await self.filled()
        self.file.chmod(0o400)
        if os.access(self.file, os.W_OK):
            self.skipTest("this user may write to everything")
        self.assertIn(str(self.file), self.refused_start())


class Damage(FileTest):

    async def test_a_damaged_header(self):
        await self.filled()
        self.overwrite(0, b"Not SQLite format 3")
        self.check_refused_untouched()

    async def test_a_damaged_page(self):
        await self.filled()
        page = self.file.stat().st_size // PAGE // 2
        self.overwrite(page * PAGE, b"\xa5" * PAGE)
        self.check_refused_untouched()

    async def test_a_truncated_file(self):
        await self.filled()
        os.truncate(self.file, self.file.stat().st_size // PAGE // 2 * PAGE)
        self.check_refused_untouched()

    async def test_damage_is_left_alone_also_after_a_kill(self):
        """The write-ahead log that the kill left is evidence, too."""
        await self.filled()
        self.start()
        [ann] = await self.speakers("ann")
        await published(ann, "chat.a", 50)
        await self.end(Node.kill)
        page = self.file.stat().st_size // PAGE // 2
        self.overwrite(page * PAGE, b"\xa5" * PAGE)
        self.assertIn(self.file.name + "-wal", self.files())
        self.check_refused_untouched()

    async def test_a_torn_end_of_the_wal_is_no_damage(self):
        """As a power failure leaves it, in the middle of a write."""
        receipts = await self.filled(Node.kill)
        wal = Path(f"{self.file}-wal")
        with wal.open("ab") as file:
            file.write(b"\x00half a frame" * 100)
        self.start()
        [ann] = await self.speakers("ann")
        messages = await whole_history(ann, "chat.b", self.epoch)
        self.assertEqual([one["offset"] for one in messages[1:]],
                         receipts["chat.b"])

    def flip(self, *texts):
        """Changes the byte behind the first text that is found, wherever the
        file has it; one that lies over the end of a page is not found."""
        data = bytearray(self.file.read_bytes())
        text = next(one for one in texts if one in data)
        at = data.find(text)
        while at >= 0:
            data[at + len(text)] ^= 0x01
            at = data.find(text, at + 1)
        self.file.write_bytes(data)

    async def test_a_damaged_message_is_an_error_of_its_room_only(self):
        receipts = await self.filled()
        self.flip(*(b"chat.a %d " % number for number in range(200, 300)))
        before = self.file.read_bytes()
        self.start()
        [ann] = await self.speakers("ann")
        got = await ann.ask("history", topic="chat.a", limit=1000)
        self.assertEqual(got["event"], "error", got)
        self.assertIn(got["code"], (100, 108), got)
        line = self.node.wait_for_output(r'.*"level":"error".*')[0]
        self.assertIn(str(self.file), line)
        self.assertIn("chat.a", line)
        messages = await whole_history(ann, "chat.b", self.epoch)
        self.assertEqual([one["offset"] for one in messages[1:]],
                         receipts["chat.b"])
        await published(ann, "chat.b", 3)
        await published(ann, "chat.new", 3)
        await self.end(Node.kill)  # the end of a node may write what is new
        self.assertTrue(self.file.read_bytes() == before, "it was changed")

    async def test_a_damaged_message_comes_with_advice(self):
        await self.filled()
        self.flip(*(b"chat.a %d " % number for number in range(200, 300)))
        self.start()
        [ann] = await self.speakers("ann")
        await ann.ask("history", topic="chat.a", limit=1000)
        line = self.node.wait_for_output(r'.*"level":"error".*')[0]
        self.assertIn(ADVICE, line)

    async def test_what_lies_before_the_damage_can_not_be_read_past_it(self):
        """Nobody gets a log with a hole: whoever needs what is damaged gets an
        error or a snapshot; who needs only what came later is served."""
        more = ('topics { few { match = "few.*", kind = room, '
                'ring-messages = 5, history-messages = 5000, '
                'idempotency-window = 0 } }')
        self.start(more)
        [ann] = await self.speakers("ann")
        first = await ann.reply("publish", topic="few.a", data="first")
        offsets = await published(ann, "few.a", 2000, "number {} !".format)
        await self.end()
        self.flip(*(b"number %d " % number for number in range(200, 300)))
        self.start(more)
        [ann] = await self.speakers("ann")
        newest = await ann.reply("history", topic="few.a", limit=10)
        self.assertEqual([one["offset"] for one in newest["messages"]],
                         offsets[-10:])
        since = {"epoch": first["epoch"], "offset": first["offset"]}
        got = await ann.ask("history", topic="few.a", limit=1000, since=since)
        self.assertIn(got.get("code"), (100, 108), got)
        since["offset"] = offsets[1500]
        got = await ann.reply("history", topic="few.a", limit=1000, since=since)
        self.assertEqual([one["offset"] for one in got["messages"]],
                         offsets[1501:])
        since["offset"] = offsets[100]
        reply = await ann.ask("subscribe", topic="few.a", since=since)
        events = []
        while reply["event"] == "reply" and (
                not events or events[-1]["event"] != "live"):
            events.append(await ann.next())
        heard = [one["offset"] for one in events if one["event"] == "message"]
        self.assertEqual(heard, offsets[101:101 + len(heard)])
        if reply["event"] == "reply":
            self.assertEqual(events[-2]["event"], "snapshot", events[-2])
        else:
            self.assertIn(reply["code"], (100, 108), reply)


class Backup(FileTest):

    async def test_an_older_file_that_is_put_back_is_a_new_epoch(self):
        """It does not have what came after it was copied. Who has seen that is
        not told that nothing is missing."""
        async def life(*words):
            self.start()
            [ann] = await self.speakers("ann")
            for word in words:
                at = await ann.reply("publish", topic="chat.a", data=word)
            await self.end()
            return position_of(at)

        await life("one", "two")
        backup = self.file.read_bytes()
        seen = await life("three", "four")
        self.file.write_bytes(backup)
        await life("other three", "other four", "five")
        self.start()
        [ann] = await self.speakers("ann")
        reply, events = await resumed(ann, "chat.a", seen)
        self.assertFalse(reply["recovered"], events)
