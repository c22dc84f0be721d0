"""Topics of kind `topic`: no log, no members."""

import time

from support.node_test import NodeTest, in_both_encodings


class Topics(NodeTest):

    async def test_the_reply_names_topic_and_kind_and_no_position(self):
        one = await self.speaker("ann")
        reply = await one.reply("subscribe", topic=self.topic)
        del reply["id"]
        self.assertEqual(reply, {"event": "reply", "topic": self.topic,
                                 "kind": "topic"})

    async def test_a_message_reaches_all_and_its_publisher(self):
        one, two = await self.speakers("ann", "bob")
        await one.subscribe(self.topic)
        await two.subscribe(self.topic)
        before = int(time.time() * 1000)
        reply = await one.reply("publish", topic=self.topic, data={"n": 1})
        self.assertEqual(reply.keys(), {"event", "id"})
        for reader in (one, two):
            got = await reader.expect("message", topic=self.topic,
                                      data={"n": 1}, user="ann")
            self.assertEqual(got.keys(),
                             {"event", "topic", "data", "user", "at"})
            self.assertLessEqual(before, got["at"])
            self.assertLessEqual(got["at"], int(time.time() * 1000))

    async def test_nothing_comes_after_unsubscribe(self):
        one, two = await self.speakers("ann", "bob")
        await one.subscribe(self.topic)
        reply = await one.reply("unsubscribe", topic=self.topic)
        self.assertEqual(reply["topic"], self.topic)
        await two.reply("publish", topic=self.topic, data="unheard")
        await one.subscribe(self.topic)
        await two.reply("publish", topic=self.topic, data="heard")
        await one.expect("message", data="heard")

    async def test_publishing_needs_no_subscription(self):
        one, two = await self.speakers("ann", "bob")
        await one.subscribe(self.topic)
        await two.send("publish", topic=self.topic, data="no id, no answer")
        await one.expect("message", data="no id, no answer")
        await two.reply("ping")
        self.assertEqual([got["event"] for got in two.early], ["pong"])

    async def test_topics_do_not_mix(self):
        one = await self.speaker("ann")
        await one.subscribe(self.topic + ".a")
        await one.reply("publish", topic=self.topic + ".b", data="b")
        await one.reply("publish", topic=self.topic + ".a", data="a")
        await one.expect("message", topic=self.topic + ".a", data="a")

    async def test_subscribing_twice_is_refused(self):
        one = await self.speaker("ann")
        await one.subscribe(self.topic)
        message = await one.refused(105, "subscribe", topic=self.topic)
        self.assertIn(self.topic, message)
        await one.reply("unsubscribe", topic=self.topic)
        message = await one.refused(114, "unsubscribe", topic=self.topic)
        self.assertIn(self.topic, message)

    async def test_orders_sent_at_once(self):
        """Each is answered once; messages come between the answers to
        subscribe and unsubscribe only. Receipts of publishes may overtake."""
        one = await self.speaker("ann")
        for at, event in enumerate(("publish", "subscribe", "publish",
                                    "unsubscribe", "publish"), 1):
            await one.send(event, id=at, topic=self.topic, data=at)
        heard, answered = [], []
        while len(answered) < 5:
            got = await one.next()
            if got["event"] == "message":
                heard.append(got["data"])
                self.assertTrue(2 in answered and 4 not in answered, answered)
            else:
                self.assertEqual(got["event"], "reply")
                answered.append(got["id"])
        self.assertEqual(sorted(answered), [1, 2, 3, 4, 5])
        self.assertIn(heard, ([3], [3, 5]))

    async def test_there_are_no_members(self):
        one = await self.speaker("ann")
        await one.refused(107, "presence", topic=self.topic)

    async def test_since_is_answered_with_what_a_topic_can_do(self):
        one = await self.speaker("ann")
        since = {"epoch": "e", "offset": 3}
        await one.refused(112, "subscribe", topic=self.topic, since=since,
                          must_recover=True)
        reply = await one.reply("subscribe", topic=self.topic, since=since)
        self.assertEqual((reply["mode"], reply["recovered"]), ("live", False))

    async def test_each_publisher_s_order_is_kept_and_nothing_is_lost(self):
        readers = await self.speakers("r1", "r2", "r3", "r4")
        writers = await self.speakers("w1", "w2", "w3")
        for one in readers:
            await one.subscribe(self.topic)
        count = 200
        for at in range(count):
            for one in writers:
                await one.send("publish", topic=self.topic, data=at)
        for reader in readers:
            seen = {"w1": [], "w2": [], "w3": []}
            for _ in range(count * len(writers)):
                got = await reader.expect("message")
                seen[got["user"]].append(got["data"])
            for of_one in seen.values():
                self.assertEqual(of_one, list(range(count)))

    async def test_a_paused_topic_tells_how_much_it_dropped(self):
        one = await self.speaker("ann")
        await one.subscribe(self.topic)
        await one.reply("flow.pause")
        for number in range(3):
            await one.reply("publish", topic=self.topic, data=number)
        await one.reply("flow.resume", topic=self.topic)
        await one.expect("gap", topic=self.topic, dropped=3, reason="paused")
        await one.refused(114, "flow.pause", topic="news.other")


Topics, TopicsMessagePack = in_both_encodings(Topics)
