"""A room is a log: who comes back with a position gets what was missed."""

from support.node_test import NodeTest, in_both_encodings


class Recovery(NodeTest):
    more = """
    topics { small { match = "small.*", kind = room, history-messages = 5 } }
    """

    async def position(self, one, topic):
        reply = await one.subscribe(topic)
        return {"epoch": reply["epoch"], "offset": reply["offset"]}

    async def replayed(self, one, topic, since, **fields):
        """The reply, and all that follows up to `live`."""
        reply = await one.reply("subscribe", topic=topic, since=since, **fields)
        events = []
        while not events or events[-1]["event"] != "live":
            events.append(await one.next())
        return reply, events[:-1]

    async def test_what_was_missed_is_replayed_in_order(self):
        ann, bob = await self.speakers("ann", "bob")
        since = await self.position(ann, self.room)
        await ann.close()
        for number in range(200):
            await bob.reply("publish", topic=self.room, data=number)
        back = await self.speaker("ann")
        reply, events = await self.replayed(back, self.room, since)
        self.assertEqual((reply["mode"], reply["recovered"]), ("replay", True))
        self.assertEqual([one["offset"] for one in events],
                         list(range(since["offset"] + 1,
                                    reply["offset"] + 1)))
        self.assertEqual([one["data"] for one in events
                          if one["event"] == "message"], list(range(200)))
        await bob.reply("publish", topic=self.room, data="live")
        await back.expect("message", data="live", offset=reply["offset"] + 1)

    async def test_the_other_encoding_replays_the_same(self):
        ann, bob = await self.speakers("ann", "bob")
        since = await self.position(ann, self.room)
        await bob.reply("publish", topic=self.room, data={"a": [1, None, "x"]})
        for subprotocol in ("rookery.v1.json", "rookery.v1.msgpack"):
            one = await self.speaker("cyd", subprotocol)
            _, events = await self.replayed(one, self.room, since)
            self.assertEqual(events[0]["data"], {"a": [1, None, "x"]})

    async def test_too_old_a_position_gets_a_snapshot_or_an_error(self):
        ann, bob = await self.speakers("ann", "bob")
        since = await self.position(ann, "small.a")
        for number in range(20):
            await bob.reply("publish", topic="small.a", data=number)
        cyd = await self.speaker("cyd")
        await cyd.refused(112, "subscribe", topic="small.a", since=since,
                          must_recover=True)
        reply, events = await self.replayed(cyd, "small.a", since)
        self.assertEqual((reply["mode"], reply["recovered"]),
                         ("snapshot", False))
        self.assertEqual([one["event"] for one in events], ["snapshot"])
        self.assertEqual(events[0]["offset"], reply["offset"])

    async def test_a_snapshot_may_be_asked_for_besides(self):
        ann, bob = await self.speakers("ann", "bob")
        since = await self.position(ann, self.room)
        await bob.reply("publish", topic=self.room, data="missed")
        cyd = await self.speaker("cyd")
        reply, events = await self.replayed(cyd, self.room, since,
                                            snapshot=True)
        self.assertTrue(reply["recovered"])
        self.assertEqual([one["event"] for one in events],
                         ["snapshot", "message", "joined"])

    async def test_a_paused_room_is_caught_up_on_resume(self):
        ann, bob = await self.speakers("ann", "bob")
        await self.position(ann, self.room)
        await ann.reply("flow.pause", topic=self.room)
        for number in range(100):
            await bob.reply("publish", topic=self.room, data=number)
        await ann.reply("ping")
        self.assertEqual([one["event"] for one in ann.early], ["pong"])
        ann.early.clear()
        await ann.reply("flow.resume", topic=self.room)
        gap = await ann.expect("gap", topic=self.room, reason="paused")
        self.assertEqual(gap["to"] - gap["from"], 99)
        for number in range(100):
            await ann.expect("message", data=number)
        await ann.expect("live")

    async def test_history_pages(self):
        ann = await self.speaker("ann")
        for number in range(10):
            at = await ann.reply("publish", topic=self.room, data=number)
        newest = await ann.reply("history", topic=self.room, limit=3)
        self.assertEqual([one["data"] for one in newest["messages"]], [7, 8, 9])
        self.assertEqual(newest["offset"], at["offset"])
        got, since = [], {"epoch": at["epoch"], "offset": 0}
        while page := (await ann.reply("history", topic=self.room, limit=4,
                                       since=since))["messages"]:
            got += [one["data"] for one in page]
            since["offset"] = page[-1]["offset"]
        self.assertEqual(got, list(range(10)))

    async def test_topics_without_a_log_have_no_history(self):
        ann = await self.speaker("ann")
        await ann.refused(108, "history", topic=self.topic)

    async def test_a_key_is_stored_once_also_after_a_reconnect(self):
        ann, bob, reader = await self.speakers("ann", "bob", "reader")
        await reader.subscribe(self.room)

        async def publish(one, data, **fields):
            reply = await one.reply("publish", topic=self.room, data=data,
                                    **fields)
            return reply["epoch"], reply["offset"]

        first = await publish(ann, "first", key="k-1")
        self.assertEqual(await publish(ann, "first", key="k-1"), first)
        other = await publish(bob, "of bob", key="k-1")
        self.assertNotEqual(other, first)
        await ann.close()
        again = await self.speaker("ann")
        self.assertEqual(await publish(again, "first", key="k-1"), first)
        await publish(again, "last", key="k-2")
        self.assertEqual(
            [(await reader.expect("message"))["data"] for _ in range(3)],
            ["first", "of bob", "last"])


Recovery, RecoveryMessagePack = in_both_encodings(Recovery)
