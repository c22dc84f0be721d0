"""A journal that takes nothing: the disk is full, or too much waits for it.
Nobody gets a receipt for what is not stored; all else goes on."""

import asyncio
import errno
import os
import sqlite3
import subprocess
from unittest import SkipTest

from support.journal_test import (JournalTest, position_of, resumed,
                                  whole_history)
from support.node import Node
from support.waiting import DEADLINE_S, until

DISK_KIB = 4096


class SmallDisk:
    """A file system of its own in a folder, and a file that fills it."""

    def __init__(self, folder):
        self.folder = folder
        self.ballast = folder / "ballast"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_KIB}k", "tmpfs",
             str(folder)], capture_output=True, text=True)
        if mounted.returncode != 0:
            raise SkipTest("a disk that can be filled needs the right to mount "
                           f"one: {mounted.stderr.strip()}")

    def fill(self):
        with self.ballast.open("ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError as full:
                    if full.errno != errno.ENOSPC:
                        raise

    def free(self):
        self.ballast.unlink()

    def unmount(self):
        subprocess.run(["umount", str(self.folder)], check=True)


class DiskFull(JournalTest):

    def setUp(self):
        super().setUp()
        disk = self.folder / "disk"
        disk.mkdir()
        self.disk = SmallDisk(disk)
        self.addCleanup(self.disk.unmount)
        self.file = disk / "rooms.journal"

    async def publish_until(self, one, room, event):
        """Publishes one after the other until the answer is this event: what
        got a receipt, by its number, and what was refused. Messages are named
        by how many there were before."""
        end = asyncio.get_running_loop().time() + DEADLINE_S
        while asyncio.get_running_loop().time() < end:
            number = len(self.receipts) + len(self.refused)
            got = await one.ask("publish", topic=room, data=number,
                                key=f"k-{number}")
            if got["event"] == "reply":
                self.receipts[number] = position_of(got)
            else:
                self.assertEqual(got["code"], 108, got)
                self.refused.add(number)
            if got["event"] == event:
                return got
        self.fail(f"no {event} in time")

    async def check_stored(self, room):
        """The history is what has a receipt, once each and in order."""
        [one] = await self.speakers("judge")
        epoch = next(iter(self.receipts.values()))["epoch"]
        messages = await whole_history(one, room, epoch)
        self.assertEqual([one["data"] for one in messages],
                         list(self.receipts))
        self.assertEqual([one["offset"] for one in messages],
                         [one["offset"] for one in self.receipts.values()])

    def check_file(self):
        with sqlite3.connect(self.file) as database:
            [[found]] = database.execute("PRAGMA integrity_check")
        database.close()
        self.assertEqual(found, "ok")

    async def test_receipts_stop_and_resume_and_nothing_is_lost(self):
        self.receipts, self.refused = {}, set()
        self.start()
        ann, bob = await self.speakers("ann", "bob")
        for topic in ("short.a", "news.a"):
            await ann.subscribe(topic)
        since = position_of(await ann.reply("history", topic="short.a"))
        for _ in range(100):
            await self.publish_until(bob, "short.a", "reply")
        self.disk.fill()
        got = await self.publish_until(bob, "short.a", "error")
        self.assertIn("the disk is full", got["message"])
        self.assertIn(str(self.file),
                      self.node.wait_for_output(r'.*"journal\.failing".*')[0])
        for _ in range(20):
            await self.publish_until(bob, "short.a", "error")
        self.assertEqual(self.node.metric("rookery_journal_failing"), 1)
        await bob.refused(108, "room.set", topic="short.a", patch={"n": 1})
        # What needs no disk goes on: topics, reads, what is known already.
        await bob.reply("publish", topic="news.a", data="no log")
        while (await ann.next()).get("data") != "no log":
            pass
        await self.check_stored("short.a")
        again = await self.speaker("ann")
        reply, events = await resumed(again, "short.a", since)
        self.assertTrue(reply["recovered"])
        self.assertEqual([one["data"] for one in events
                          if one["event"] == "message"], list(self.receipts))
        # Who would join is refused: a join is in the log, too.
        await bob.refused(108, "subscribe", topic="short.a")
        self.disk.free()
        await self.publish_until(bob, "short.a", "reply")
        await self.publish_until(bob, "short.a", "reply")
        self.node.wait_for_output(r'"journal\.recovered"')
        self.assertEqual(self.node.metric("rookery_journal_failing"), 0)
        # Who tries again what was refused has it stored now, once.
        tried = max(self.refused)
        for _ in range(2):
            at = await bob.reply("publish", topic="short.a", data=tried,
                                 key=f"k-{tried}")
            self.receipts.setdefault(tried, position_of(at))
            self.assertEqual(position_of(at), self.receipts[tried])
        await self.check_stored("short.a")
        self.check_file()
        await self.end(Node.kill)
        self.start()
        await self.check_stored("short.a")

    async def test_who_leaves_while_it_is_full_has_left_afterwards(self):
        self.receipts, self.refused = {}, set()
        self.start()
        ann, bob = await self.speakers("ann", "bob")
        await ann.subscribe(self.room)
        await bob.subscribe(self.room)
        await ann.expect("joined")
        self.disk.fill()
        await self.publish_until(ann, self.room, "error")
        ann.early.clear()
        await bob.close()
        await ann.reply("ping")
        ann.early.clear()
        self.disk.free()
        while (got := await ann.next())["event"] != "left":
            self.assertEqual(got["event"], "pong")
        self.assertEqual(got["member"]["user"], "bob")

    async def test_a_node_on_a_full_disk_stops_and_starts_in_order(self):
        self.receipts, self.refused = {}, set()
        self.start()
        [ann] = await self.speakers("ann")
        await self.publish_until(ann, self.room, "reply")
        self.disk.fill()
        await self.publish_until(ann, self.room, "error")
        await self.end()
        try:
            self.start()
        except AssertionError as refused:  # with what it has printed
            self.assertIn("the disk is full", str(refused))
            self.assertIn(str(self.file), str(refused))
            self.node = None
        else:
            await self.check_stored(self.room)
            await self.end()
        self.disk.free()
        self.start()
        await self.check_stored(self.room)
        [ann] = await self.speakers("ann")
        await self.publish_until(ann, self.room, "reply")
        await self.check_stored(self.room)

    async def test_a_kill_on_a_full_disk_loses_nothing(self):
        self.receipts, self.refused = {}, set()
        self.start()
        [ann] = await self.speakers("ann")
        big = await ann.reply("publish", topic="chat.big", data="x" * 60_000)
        await self.publish_until(ann, self.room, "reply")
        self.disk.fill()
        await self.publish_until(ann, self.room, "error")
        await self.end(Node.kill)
        self.disk.free()
        self.start()
        await self.check_stored(self.room)
        [ann] = await self.speakers("ann")
        await self.publish_until(ann, self.room, "reply")
        await self.check_stored(self.room)
        self.check_file()
        [message] = await whole_history(ann, "chat.big", big["epoch"])
        self.assertEqual(len(message["data"]), 60_000)

    async def test_messages_fill_the_disk_by_themselves(self):
        """No ballast: the write-ahead log and the file grow until no more
        fits. The file does not have to be moved, only the disk grown."""
        self.start()
        [ann] = await self.speakers("ann")
        stored = {}
        for number in range(2 * DISK_KIB * 1024 // 60_000):
            got = await ann.ask("publish", topic="chat.big",
                                data=[number, "x" * 60_000])
            if got["event"] == "error":
                self.assertEqual(got["code"], 108, got)
                break
            stored[number] = position_of(got)
        self.assertEqual(got["event"], "error", "it never was full")
        subprocess.run(["mount", "-o", f"remount,size={8 * DISK_KIB}k",
                        str(self.disk.folder)], check=True)
        at = await ann.reply("publish", topic="chat.big", data=[-1, ""])
        stored[-1] = position_of(at)
        await self.end(Node.kill)
        self.start()
        [ann] = await self.speakers("ann")
        newest = await ann.reply("history", topic="chat.big", limit=1)
        self.assertEqual(position_of(newest), stored[-1])
        self.check_file()


class Backlog(JournalTest):
    """Hardly anything may wait for the disk."""

    async def test_what_does_not_fit_is_refused_and_the_node_lives(self):
        self.start("journal { backlog-messages-max = 1 }")
        writers = await self.speakers("a", "b", "c")
        rooms = ["chat.a", "chat.b", "chat.c"]  # each has a batch on its way
        epochs = {}
        for room in rooms:
            first = await writers[0].reply("publish", topic=room, data="first")
            epochs[room] = first["epoch"]
        receipts, refused = {room: {} for room in rooms}, []

        async def write(one, name):
            ids, room = {}, f"chat.{name}"
            for number in range(100):
                one.last_id += 1
                ids[one.last_id] = [name, number]
                await one.raw(one.encoded(
                    {"event": "publish", "id": one.last_id, "topic": room,
                     "data": [name, number]}))
            while ids:
                got = await one.next()
                data = ids.pop(got["id"])
                if got["event"] == "reply":
                    receipts[room][got["offset"]] = data
                else:
                    self.assertEqual(got["code"], 108, got)
                    refused.append(data)

        await asyncio.gather(*map(write, writers, "abc"))
        self.assertGreater(len(refused), 0)
        messages = {}
        for room in rooms:
            await writers[0].reply("publish", topic=room, data="lives")
            messages[room] = await whole_history(
                writers[0], room, epochs[room])
            self.assertEqual(
                {one["offset"]: one["data"] for one in messages[room][1:-1]},
                receipts[room])
        await self.end(Node.kill)
        self.start()
        [one] = await self.speakers("a")
        for room in rooms:
            self.assertEqual(await whole_history(one, room, epochs[room]),
                             messages[room])

    async def test_long_messages_are_refused_and_short_ones_are_not(self):
        self.start("journal { backlog-bytes-max = 64KiB }\n"
                   "websocket { message-bytes-max = 64KiB }")
        [one] = await self.speakers("ann")
        for size in (60_000, 10, 60_000):
            await one.reply("publish", topic=self.room, data="x" * size)

    async def test_a_crowd_that_leaves_at_once_has_left(self):
        """More than may wait: nobody stays for ever that is not there."""
        self.start("journal { backlog-messages-max = 4 }")
        ann, *crowd = await self.speakers(
            "ann", *(f"u{number}" for number in range(20)))
        for one in (ann, *crowd):
            await one.subscribe(self.room)
        for one in crowd:
            one.socket.transport.abort()
        await self.presence_becomes(ann, 1)

    async def test_a_crowd_of_before_has_left_after_the_start(self):
        self.start()
        crowd = await self.speakers(*(f"u{number}" for number in range(20)))
        for one in crowd:
            await one.subscribe(self.room)
        await self.end(Node.kill)
        self.start("journal { backlog-messages-max = 4 }")
        [ann] = await self.speakers("ann")
        await self.presence_becomes(ann, 0)

    async def presence_becomes(self, one, count):
        async def does():
            got = await one.reply("presence", topic=self.room, limit=1)
            return got["count"] == count

        await until(does, f"{count} members", DEADLINE_S / 2)
