"""The wall clock jumps: stamps of a journal never fall, and nothing is older or
younger for it. With libfaketime, where it is installed."""

import glob
import os
import unittest
from pathlib import Path
from unittest import mock

from support.journal_test import (JournalTest, position_of, published,
                                  whole_history)
from support.node import Node

FOUND = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
DAY_S = 86_400


@unittest.skipUnless(FOUND, "libfaketime is not installed")
class Clock(JournalTest):
    more = ('topics { aging { match = "aging.*", kind = room, '
            'history-age = 1h } }')

    def setUp(self):
        super().setUp()
        self.offset = self.folder / "clock"
        self.set_clock("+0")
        asan = [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]
        environment = mock.patch.dict(
            os.environ, LD_PRELOAD=FOUND[0], FAKETIME_NO_CACHE="1",
            FAKETIME_TIMESTAMP_FILE=str(self.offset),
            FAKETIME_DONT_FAKE_MONOTONIC="1", DONT_FAKE_MONOTONIC="1",
            ASAN_OPTIONS=":".join(filter(None, asan)))
        environment.start()
        self.addCleanup(environment.stop)

    def set_clock(self, offset):
        """Of the nodes, also of one that runs: "+86400", "-1d"."""
        new = Path(f"{self.offset}.new")
        new.write_text(offset)
        new.rename(self.offset)

    async def at(self, one):
        """What the node shows as the time, in ms."""
        await one.reply("publish", topic="chat.clock", data=None)
        got = await one.reply("history", topic="chat.clock", limit=1)
        return got["messages"][0]["at"]

    async def test_a_jump_ages_nothing(self):
        self.start()
        ann = await self.speaker("ann", lasts_s=30 * DAY_S)
        first = await ann.reply("publish", topic="aging.a", data="first",
                                key="k")
        for offset in ("+2d", "-2d"):
            before = await self.at(ann)
            self.set_clock(offset)
            jump = (await self.at(ann)) - before
            self.assertGreater(abs(jump), DAY_S * 1000, "the clock did not jump")
            again = await ann.reply("publish", topic="aging.a", data="again",
                                    key="k")
            self.assertEqual(position_of(again), position_of(first))
            await published(ann, "aging.a", 3)
        messages = await whole_history(ann, "aging.a", first["epoch"])
        self.assertEqual([one["data"] for one in messages],
                         ["first", 0, 1, 2, 0, 1, 2])

    async def test_a_clock_that_was_set_back_between_two_lives(self):
        self.set_clock("+2d")
        self.start()
        ann = await self.speaker("ann", lasts_s=30 * DAY_S)
        first = await ann.reply("publish", topic="aging.a", data="first",
                                key="k")
        await self.end(Node.kill)
        self.set_clock("+0")
        self.start()
        self.node.wait_for_output(r'"event":"journal\.clock-ahead"')
        ann = await self.speaker("ann", lasts_s=30 * DAY_S)
        again = await ann.reply("publish", topic="aging.a", data="again",
                                key="k")
        self.assertEqual(position_of(again), position_of(first))
        at = await ann.reply("publish", topic="aging.a", data="next")
        self.assertEqual(at["offset"], first["offset"] + 1)
        messages = await whole_history(ann, "aging.a", first["epoch"])
        self.assertEqual([one["data"] for one in messages], ["first", "next"])
