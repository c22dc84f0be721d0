"""Rooms with more members than are told one by one."""

import asyncio

from support.journal_test import position_of, resumed, up_to_live
from support.node_test import NodeTest, in_both_encodings
from support.waiting import until

FULL = 10


class LargeRooms(NodeTest):
    more = (f'topics {{ crowd {{ match = "crowd.*", kind = room, '
            f'presence-full-up-to = {FULL} }} }}\n')

    def setUp(self):
        super().setUp()
        self.room = f"crowd.{self._testMethodName}"

    async def members(self, count, first=0):
        """So many members, one after the other; what they were told is read."""
        all_of_them = await self.speakers(
            *(f"u{number:03}" for number in range(first, first + count)))
        for one in all_of_them:
            await one.subscribe(self.room)
        return all_of_them

    async def counted(self, one, count):
        """Reads up to the event that tells this count; what came before."""
        told = []
        while (got := await one.next()) != {
                "event": "members", "topic": self.room, "count": count}:
            told.append(got)
        return told

    async def test_up_to_the_limit_all_are_told_and_then_counted(self):
        first, *_ = await self.members(FULL)
        for number in range(1, FULL):
            await first.expect("joined", member={"user": f"u{number:03}"})
        await self.members(5, FULL)
        told = await self.counted(first, FULL + 5)
        self.assertEqual({one["event"] for one in told} - {"members"}, set())

    async def test_a_newcomer_gets_the_count_and_pages_of_members(self):
        await self.members(FULL + 15)
        one = await self.speaker("zoe")
        reply = await one.reply("subscribe", topic=self.room, snapshot=True)
        got = await one.expect("snapshot", offset=reply["offset"])
        self.assertEqual((got["state"]["members"], got["state"]["count"]),
                         ([], FULL + 16))
        await one.expect("live")
        seen, after = [], {}
        while True:
            page = await one.reply("presence", topic=self.room, limit=7, **after)
            self.assertEqual(page["count"], FULL + 16)
            self.assertLessEqual(len(page["members"]), 7)
            seen += [each["user"] for each in page["members"]]
            if "next" not in page:
                break
            self.assertEqual(page["next"], seen[-1])
            after = {"after": page["next"]}
        self.assertEqual(
            seen, [f"u{number:03}" for number in range(FULL + 15)] + ["zoe"])

    async def test_pages_go_on_when_their_last_member_has_left(self):
        crowd = await self.members(FULL + 5)
        asking = await self.speaker("asks")
        page = await asking.reply("presence", topic=self.room, limit=5)
        await crowd[4].close()
        await crowd[5].close()

        async def have_left():
            got = await asking.reply("presence", topic=self.room, limit=1)
            return got["count"] == FULL + 3

        await until(have_left, "both have left")
        page = await asking.reply("presence", topic=self.room, limit=5,
                                  after=page["next"])
        self.assertEqual([one["user"] for one in page["members"]],
                         [f"u{number:03}" for number in range(6, 11)])

    async def test_a_page_has_a_member_at_least_and_after_the_last_none(self):
        [one, *_] = await self.members(3)
        page = await one.reply("presence", topic=self.room, limit=1)
        self.assertEqual((len(page["members"]), page["next"]), (1, "u000"))
        page = await one.reply("presence", topic=self.room, after="u002")
        self.assertEqual((page["members"], page["count"]), ([], 3))
        self.assertNotIn("next", page)

    async def test_a_room_that_is_small_again_tells_who_is_there(self):
        first, *others = await self.members(FULL + 5)
        for one in others[FULL // 2:]:
            await one.close()
        while (got := await first.next())["event"] != "snapshot":
            self.assertIn(got["event"], ("joined", "members"))
        users = [one["user"] for one in got["state"]["members"]]
        self.assertEqual(len(users), got["state"]["count"])
        # From there on it can be followed one by one.
        while len(users) > FULL // 2 + 1:
            left = await first.next()
            if left["event"] == "left":
                users.remove(left["member"]["user"])
        presence = await first.reply("presence", topic=self.room)
        self.assertEqual([one["user"] for one in presence["members"]], users)

    async def test_messages_keep_their_order_and_positions(self):
        first, *_ = await self.members(FULL + 5)
        since = position_of(await first.reply("history", topic=self.room))
        offsets = []
        for number in range(30):
            if number % 3 == 0:
                await self.members(1, 100 + number)
            offsets.append((await first.reply(
                "publish", topic=self.room, data=number))["offset"])
        self.assertEqual(offsets, sorted(set(offsets)))
        reply, events = await resumed(await self.speaker("back"), self.room,
                                      since)
        self.assertTrue(reply["recovered"])
        self.assertEqual([one["offset"] for one in events
                          if one["event"] == "message"], offsets)
        # Joins that were not told are in no replay either.
        self.assertLessEqual({one["event"] for one in events},
                             {"message", "members"})

    async def test_long_infos_do_not_keep_anybody_out(self):
        """All members of a room that is just not large, with all that a token
        may say of them, are more than an outbox takes at once."""
        room = f"chat.{self._testMethodName}"
        info = {"text": "x" * 4000}
        crowd = []
        for number in range(300):
            crowd.append(await self.node.speaker(f"u{number:03}", info=info))
            await crowd[-1].reply("subscribe", topic=room)
        one = await self.speaker("zoe")
        reply = await one.reply("subscribe", topic=room, snapshot=True)
        events = await up_to_live(one, room)
        self.assertEqual(events[0]["event"], "snapshot", events[0])
        self.assertEqual(events[0]["state"]["count"], 301)
        await one.reply("publish", topic=room, data="here")
        seen, after = [], {}
        while True:
            page = await one.reply("presence", topic=room, **after)
            seen += [each["user"] for each in page["members"]]
            if "next" not in page:
                break
            after = {"after": page["next"]}
        self.assertEqual((len(seen), reply["offset"]), (301, 301))
        await asyncio.gather(*(each.close() for each in crowd))


LargeRooms, LargeRoomsMessagePack = in_both_encodings(LargeRooms)
