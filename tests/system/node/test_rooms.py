"""Rooms: positions, members, joins and leaves."""

from support.node_test import NodeTest, in_both_encodings


class Rooms(NodeTest):

    async def test_reply_then_live_and_nothing_before(self):
        one = await self.speaker("ann")
        reply = await one.reply("subscribe", topic=self.room)
        self.assertEqual(one.early, [])
        self.assertEqual(reply.keys(), {"event", "id", "topic", "kind", "epoch",
                                        "offset", "mode"})
        self.assertEqual((reply["topic"], reply["kind"], reply["mode"]),
                         (self.room, "room", "live"))
        self.assertTrue(reply["epoch"])
        await one.expect("live", topic=self.room, offset=reply["offset"])

    async def test_a_message_has_the_position_of_its_receipt(self):
        one, two = await self.speakers("ann", "bob")
        await one.subscribe(self.room)
        last = (await two.subscribe(self.room))["offset"]
        await one.expect("joined")
        for at in range(5):
            receipt = await two.reply("publish", topic=self.room, data=at)
            self.assertEqual(receipt.keys(), {"event", "id", "epoch", "offset"})
            self.assertGreater(receipt["offset"], last)
            last = receipt["offset"]
            for reader in (one, two):
                await reader.expect("message", topic=self.room, offset=last,
                                    data=at, user="bob")

    async def test_joined_and_left_tell_the_others(self):
        one = await self.speaker("ann")
        first = await one.subscribe(self.room)
        two = await self.speaker("bob", info={"name": "Bob", "age": 7})
        second = await two.subscribe(self.room)
        self.assertEqual(second["epoch"], first["epoch"])
        await one.expect("joined", topic=self.room, offset=second["offset"],
                         member={"user": "bob",
                                 "info": {"name": "Bob", "age": 7}})
        await two.reply("unsubscribe", topic=self.room)
        left = await one.expect("left", topic=self.room, reason="unsubscribed",
                                member={"user": "bob"})
        self.assertGreater(left["offset"], second["offset"])
        await two.subscribe(self.room)
        await one.expect("joined")
        await two.close()
        await one.expect("left", reason="closed", member={"user": "bob"})
        self.assertEqual(two.early, [])

    async def test_one_who_vanishes_leaves(self):
        one, two = await self.speakers("ann", "bob")
        await one.subscribe(self.room)
        await two.subscribe(self.room)
        await one.expect("joined")
        two.socket.transport.abort()
        await one.expect("left", reason="closed", member={"user": "bob"})

    async def test_a_user_with_two_connections_joins_and_leaves_once(self):
        one, two, again = await self.speakers("ann", "bob", "bob")
        await one.subscribe(self.room)
        await two.subscribe(self.room)
        await again.subscribe(self.room)
        await one.expect("joined", member={"user": "bob"})
        members = (await one.reply("presence", topic=self.room))["members"]
        self.assertEqual([(each["user"], each["connections"])
                          for each in members], [("ann", 1), ("bob", 2)])
        await two.reply("unsubscribe", topic=self.room)
        await one.reply("publish", topic=self.room, data="bob is still here")
        await one.expect("message")
        await again.expect("message")
        await again.close()
        await one.expect("left", member={"user": "bob"})

    async def test_presence_counts_users_and_shows_them(self):
        one = await self.speaker("ann", info="first")
        two = await self.speaker("bob")
        three = await self.speaker("cyd")  # does not subscribe
        first = await one.subscribe(self.room)
        second = await two.subscribe(self.room)
        for asking in (one, three):
            reply = await asking.reply("presence", topic=self.room)
            self.assertEqual(reply["count"], 2)
            self.assertEqual(reply["members"], [
                {"user": "ann", "info": "first", "connections": 1,
                 "since": first["offset"], "held": False},
                {"user": "bob", "connections": 1, "since": second["offset"],
                 "held": False}])

    async def test_presence_of_an_empty_room(self):
        one = await self.speaker("ann")
        reply = await one.reply("presence", topic=self.room)
        self.assertEqual((reply["count"], reply["members"]), (0, []))

    async def test_all_see_one_order(self):
        speakers = await self.speakers("a", "b", "c", "d", "e")
        for one in speakers:
            await one.subscribe(self.room)
        count = 100
        for at in range(count):
            for one in speakers:
                await one.send("publish", topic=self.room, data=at)
        seen = []
        for one in speakers:
            mine = []
            while len(mine) < count * len(speakers):
                got = await one.next()
                if got["event"] == "message":
                    mine.append((got["offset"], got["user"], got["data"]))
            self.assertEqual(mine, sorted(mine))
            seen.append(mine)
        self.assertEqual(seen, [seen[0]] * len(seen))

    async def test_a_snapshot_comes_between_reply_and_live(self):
        one, two = await self.speakers("ann", "bob")
        await one.subscribe(self.room)
        reply = await two.reply("subscribe", topic=self.room, snapshot=True)
        self.assertEqual((two.early, reply["mode"]), ([], "snapshot"))
        got = await two.expect("snapshot", topic=self.room,
                               epoch=reply["epoch"], offset=reply["offset"])
        self.assertEqual([each["user"] for each in got["state"]["members"]],
                         ["ann", "bob"])
        self.assertIsNone(got["state"]["state"])
        await two.expect("live", offset=reply["offset"])

    async def test_since_the_newest_position_nothing_is_missing(self):
        one, two = await self.speakers("ann", "bob")
        await one.subscribe(self.room)
        again = await self.speaker("ann")  # whose join is none
        receipt = await one.reply("publish", topic=self.room, data=1)
        since = {name: receipt[name] for name in ("epoch", "offset")}
        reply = await again.reply("subscribe", topic=self.room, since=since,
                                  must_recover=True)
        self.assertEqual((reply["recovered"], reply["mode"]), (True, "replay"))
        await again.expect("live", offset=receipt["offset"])

    async def test_a_position_of_no_log_gives_a_snapshot_or_an_error(self):
        one, two = await self.speakers("ann", "bob")
        first = await one.subscribe(self.room)
        await one.reply("publish", topic=self.room, data=1)
        for since in ({"epoch": first["epoch"], "offset": 1000},
                      {"epoch": "other", "offset": first["offset"] + 1}):
            await two.refused(112, "subscribe", topic=self.room, since=since,
                              must_recover=True)
            reply = await two.reply("subscribe", topic=self.room, since=since)
            self.assertEqual((reply["recovered"], reply["mode"]),
                             (False, "snapshot"))
            await two.expect("snapshot")
            await two.expect("live")
            await two.reply("unsubscribe", topic=self.room)

    async def test_key_and_tag_are_accepted(self):
        one = await self.speaker("ann")
        await one.reply("publish", topic=self.room, data=1, key="k-1", tag="t")

    async def test_a_closing_connection_leaves_all_its_rooms(self):
        one, two = await self.speakers("ann", "bob")
        rooms = [f"{self.room}-{at}" for at in range(20)]
        for room in rooms:
            await one.subscribe(room)
            await two.subscribe(room)
        while one.early:
            await one.expect("joined")
        await two.close()
        left = set()
        while len(left) < len(rooms):
            got = await one.next()
            if got["event"] == "left":
                left.add(got["topic"])
        self.assertEqual(left, set(rooms))


Rooms, RoomsMessagePack = in_both_encodings(Rooms)


class HeldMembers(NodeTest):
    more = 'topics { kept { match = "kept.*", kind = room, presence-hold = 1s } }'

    async def test_only_who_stays_away_leaves(self):
        bob, ann, cyd = await self.speakers("bob", "ann", "cyd")
        for one in (bob, ann, cyd):
            await one.subscribe("kept.a")
        bob.early.clear()
        for one in (ann, cyd):
            await bob.expect("joined")
            one.socket.transport.abort()
        back = await self.speaker("ann")
        await back.subscribe("kept.a")
        left = await bob.expect("left", reason="closed")
        self.assertEqual(left["member"]["user"], "cyd")
        members = (await bob.reply("presence", topic="kept.a"))["members"]
        self.assertEqual(
            {one["user"]: (one["connections"], one["held"]) for one in members},
            {"ann": (1, False), "bob": (1, False)})
