"""Rooms go on where they were when the node that had them is gone."""

from support.journal_test import (JournalTest, position_of, published, resumed,
                                  whole_history)
from support.node import MSGPACK, Node


class AfterStop(JournalTest):
    """The node is stopped in order. Everything that a room promises holds over
    the next start: positions, messages, state, keys, and who is there."""

    how = staticmethod(Node.stop)

    async def again(self, more=""):
        return await self.restart(self.how, more)

    async def test_log_state_and_keys_go_on(self):
        self.start()
        [ann] = await self.speakers("ann")
        first = await ann.subscribe(self.room)
        keyed = await ann.reply("publish", topic=self.room, data={"a": [1, None]},
                                key="k-1")
        await ann.reply("room.set", topic=self.room, patch={"turn": 1, "x": {}})
        was_set = await ann.reply("room.set", topic=self.room, key="k-2",
                                  patch={"turn": 2, "x": None})
        await published(ann, self.room, 50, "line {}".format)
        before = await whole_history(ann, self.room, first["epoch"])
        await self.again()
        [ann] = await self.speakers("ann")
        self.assertEqual(await whole_history(ann, self.room, first["epoch"]),
                         before)
        self.assertEqual(len(before), 51)
        reply = await ann.reply("subscribe", topic=self.room, snapshot=True)
        self.assertEqual(reply["epoch"], first["epoch"])
        self.assertGreater(reply["offset"], before[-1]["offset"])
        snapshot = await ann.expect("snapshot", offset=reply["offset"])
        self.assertEqual(snapshot["state"]["state"], {"turn": 2})
        await ann.expect("live")
        for first_time, event, fields in (
                (keyed, "publish", {"data": "other", "key": "k-1"}),
                (was_set, "room.set", {"patch": {"turn": 9}, "key": "k-2"})):
            again = await ann.reply(event, topic=self.room, **fields)
            self.assertEqual(position_of(again), position_of(first_time))
        receipt = await ann.reply("publish", topic=self.room, data="next")
        self.assertEqual(position_of(receipt),
                         {"epoch": first["epoch"],
                          "offset": reply["offset"] + 1})
        self.assertEqual(len(await whole_history(ann, self.room,
                                                 first["epoch"])), 52)

    async def test_the_state_is_still_guarded_by_its_offset(self):
        self.start()
        [ann] = await self.speakers("ann")
        at = await ann.reply("room.set", topic=self.room, patch={"n": 1})
        await ann.reply("publish", topic=self.room, data="not the state")
        await self.again()
        [ann] = await self.speakers("ann")
        await ann.refused(113, "room.set", topic=self.room, patch={"n": 2},
                          if_offset=at["offset"] - 1)
        await ann.reply("room.set", topic=self.room, patch={"n": 2},
                        if_offset=at["offset"])

    async def test_who_comes_back_gets_exactly_what_was_missed(self):
        self.start()
        ann, bob = await self.speakers("ann", "bob")
        since = position_of(await ann.subscribe(self.room))
        await ann.close()
        receipts = await published(bob, self.room, 200)
        await self.again()
        ann, bob = await self.speakers("ann", "bob")
        await published(bob, self.room, 3, lambda number: 200 + number)
        reply, events = await resumed(ann, self.room, since, must_recover=True)
        self.assertEqual((reply["mode"], reply["recovered"]), ("replay", True))
        self.assertEqual([one["offset"] for one in events],
                         list(range(since["offset"] + 1, reply["offset"] + 1)))
        messages = [one for one in events if one["event"] == "message"]
        self.assertEqual([one["data"] for one in messages], list(range(203)))
        self.assertEqual([one["offset"] for one in messages[:200]], receipts)
        await bob.reply("publish", topic=self.room, data="live")
        await ann.expect("message", data="live", offset=reply["offset"] + 1)

    async def test_members_of_before_have_left(self):
        self.start()
        ann, bob, cyd = await self.speakers("ann", "bob", "cyd")
        for one in (bob, cyd, ann):
            since = position_of(await one.subscribe(self.room))
        await self.again()
        ann, dan = await self.speakers("ann", "dan")
        _, events = await resumed(ann, self.room, since)
        told = [(one["event"], one["member"]["user"]) for one in events]
        self.assertEqual(sorted(told), [("joined", "ann"), ("left", "ann"),
                                        ("left", "bob"), ("left", "cyd")])
        for one in events:
            if one["event"] == "left":
                self.assertEqual(one["reason"], "closed")
        await dan.subscribe(self.room)
        presence = await dan.reply("presence", topic=self.room)
        self.assertEqual([(one["user"], one["connections"])
                          for one in presence["members"]],
                         [("ann", 1), ("dan", 1)])

    async def test_held_members_are_taken_back_silently(self):
        self.start()
        ann, bob = await self.speakers("ann", "bob")
        first = await ann.subscribe("kept.a")
        since = position_of(await bob.subscribe("kept.a"))
        await self.again()
        cyd = await self.speaker("cyd")
        members = (await cyd.reply("presence", topic="kept.a"))["members"]
        self.assertEqual([(one["user"], one["connections"], one["held"],
                           one["since"]) for one in members],
                         [("ann", 0, True, first["offset"]),
                          ("bob", 0, True, since["offset"])])
        for user in ("ann", "bob"):
            reply, events = await resumed(await self.speaker(user), "kept.a",
                                          since)
            self.assertEqual((events, reply["offset"]), ([], since["offset"]))
        members = (await cyd.reply("presence", topic="kept.a"))["members"]
        self.assertEqual([(one["user"], one["connections"], one["held"])
                          for one in members],
                         [("ann", 1, False), ("bob", 1, False)])

    async def test_who_is_not_back_in_time_has_left(self):
        soon = ('topics { soon { match = "soon.*", kind = room, '
                'presence-hold = 1s } }')
        self.start(soon)
        ann, bob = await self.speakers("ann", "bob")
        await bob.subscribe("soon.a")
        since = position_of(await ann.subscribe("soon.a"))
        await self.again(soon)
        ann = await self.speaker("ann")
        _, events = await resumed(ann, "soon.a", since)
        while not (left := [one for one in events if one["event"] == "left"
                            and one["member"]["user"] == "bob"]):
            events.append(await ann.next())
        self.assertEqual(left[0]["reason"], "closed")

    async def test_what_the_ring_has_lost_comes_from_the_journal(self):
        self.start()
        ann, bob = await self.speakers("ann", "bob")
        since = position_of(await ann.subscribe("short.a"))
        await ann.close()
        await published(bob, "short.a", 500)
        for more in (500, 600):  # in the life of the messages, and in the next
            before = self.node.metric('rookery_repairs_total{source="journal"}')
            reply, events = await resumed(await self.speaker("ann"), "short.a",
                                          since, must_recover=True)
            self.assertEqual([one["offset"] for one in events],
                             list(range(since["offset"] + 1,
                                        reply["offset"] + 1)))
            self.assertEqual([one["data"] for one in events
                              if one["event"] == "message"], list(range(more)))
            self.assertGreater(
                self.node.metric('rookery_repairs_total{source="journal"}'),
                before)
            if more == 500:
                await self.again()
                [bob] = await self.speakers("bob")
                await published(bob, "short.a", 100,
                                lambda number: 500 + number)

    async def test_history_goes_back_as_far_as_it_is_kept(self):
        more = ('topics { few { match = "few.*", kind = room, ring-messages = 5,'
                ' history-messages = 300 } }')
        self.start(more)
        [ann] = await self.speakers("ann")
        offsets = await published(ann, "few.a", 400)
        await self.again(more)
        [ann] = await self.speakers("ann")
        newest = await ann.reply("history", topic="few.a", limit=1000)
        kept = [one["data"] for one in newest["messages"]]
        # A journal may keep more than it must, and never less.
        self.assertGreaterEqual(len(kept), 300)
        self.assertEqual(kept, list(range(400 - len(kept), 400)))
        back = await ann.reply("history", topic="few.a", limit=1000,
                               reverse=True)
        self.assertEqual([one["data"] for one in back["messages"]], kept[::-1])
        middle = await ann.reply(
            "history", topic="few.a", limit=7,
            since={"epoch": newest["epoch"], "offset": offsets[250]})
        self.assertEqual([one["offset"] for one in middle["messages"]],
                         offsets[251:258])

    async def test_a_file_that_is_gone_is_a_new_epoch(self):
        self.start()
        ann, bob = await self.speakers("ann", "bob")
        since = position_of(await ann.subscribe(self.room))
        await bob.reply("publish", topic=self.room, data="forgotten", key="k")
        await self.end(self.how)
        self.file.unlink()  # and whatever lies beside it stays there
        self.start()
        [ann] = await self.speakers("ann")
        await ann.refused(112, "subscribe", topic=self.room, since=since,
                          must_recover=True)
        reply, events = await resumed(ann, self.room, since)
        self.assertEqual((reply["mode"], reply["recovered"]),
                         ("snapshot", False))
        self.assertNotEqual(reply["epoch"], since["epoch"])
        self.assertEqual([one["event"] for one in events], ["snapshot"])
        self.assertEqual(await whole_history(ann, self.room, reply["epoch"]),
                         [])

    async def test_what_is_not_journalled_begins_anew(self):
        more = ('topics { brief { match = "brief.*", kind = room, '
                'journal = false } }')
        self.start(more)
        [ann] = await self.speakers("ann")
        since = position_of(await ann.subscribe("brief.a"))
        entries = self.node.metric("rookery_journal_entries_total")
        await ann.reply("publish", topic="brief.a", data="x")
        self.assertEqual(self.node.metric("rookery_journal_entries_total"),
                         entries)
        await self.again(more)
        reply, _ = await resumed(await self.speaker("ann"), "brief.a", since)
        self.assertFalse(reply["recovered"])
        self.assertNotEqual(reply["epoch"], since["epoch"])

    async def test_many_rooms_go_on(self):
        self.start()
        [ann] = await self.speakers("ann")
        wanted = {}
        for number in range(60):
            room = f"chat.many-{number}"
            await published(ann, room, number % 7 + 1)
            wanted[room] = await ann.reply("publish", topic=room, data="last")
        await self.again()
        [ann] = await self.speakers("ann")
        for room, receipt in wanted.items():
            got = await ann.reply("history", topic=room, limit=1)
            self.assertEqual(position_of(got), position_of(receipt))
            self.assertEqual(got["messages"][0]["data"], "last")


class AfterKill(AfterStop):
    """The node gets SIGKILL: what has a receipt is there all the same."""

    how = staticmethod(Node.kill)
    subprotocol = MSGPACK


class Checkpoint(JournalTest):
    """With `sync = checkpoint` a receipt outlives the process, too."""

    async def test_what_has_a_receipt_outlives_the_process(self):
        self.start(sync="checkpoint")
        [ann] = await self.speakers("ann")
        first = await ann.subscribe(self.room)
        receipts = await published(ann, self.room, 300)
        await self.end(Node.kill)
        self.start(sync="checkpoint")
        [ann] = await self.speakers("ann")
        messages = await whole_history(ann, self.room, first["epoch"])
        self.assertEqual([one["offset"] for one in messages], receipts)

    async def test_the_order_of_lives_may_mix_both(self):
        lives = ("always", "checkpoint", "checkpoint", "always")
        epochs, count = set(), 0
        for how, sync in zip((Node.kill, Node.stop, Node.kill, Node.stop),
                             lives):
            self.start(sync=sync)
            [ann] = await self.speakers("ann")
            at = await ann.reply("publish", topic=self.room, data=count)
            count += 1
            epochs.add(at["epoch"])
            self.assertEqual(
                [one["data"] for one in await whole_history(
                    ann, self.room, at["epoch"])], list(range(count)))
            await self.end(how)
        self.assertEqual(len(epochs), 1)
