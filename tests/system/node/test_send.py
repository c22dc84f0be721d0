"""Direct messages, `ping`, and messages between the two encodings."""

import base64

from support.node import JSON, MSGPACK
from support.node_test import NodeTest, in_both_encodings


class Direct(NodeTest):

    async def test_all_connections_of_the_user_get_it_and_are_counted(self):
        sender = await self.speaker("ann")
        readers = await self.speakers("bob", "bob", "bob")
        reply = await sender.reply("send", user="bob", data=[1, "two"])
        self.assertEqual(reply["connections"], 3)
        for one in readers:
            got = await one.next()
            self.assertEqual(got, {"event": "direct", "user": "ann",
                                   "data": [1, "two"]})

    async def test_nobody_is_reached_when_nobody_is_there(self):
        one = await self.speaker("ann")
        self.assertEqual(
            (await one.reply("send", user="nobody", data=1))["connections"], 0)
        gone = await self.speaker("bob")
        await gone.close()
        while (await one.reply("send", user="bob", data=1))["connections"]:
            pass

    async def test_one_may_write_to_oneself(self):
        one = await self.speaker("ann")
        reply = await one.reply("send", user="ann", data="note")
        self.assertEqual(reply["connections"], 1)
        await one.expect("direct", user="ann", data="note")

    async def test_ping_is_answered_by_pong_and_a_reply(self):
        one = await self.speaker("ann")
        await one.send("ping")
        self.assertEqual(await one.next(), {"event": "pong"})
        await one.reply("ping")
        self.assertEqual(one.early, [{"event": "pong"}])

    async def test_an_id_may_be_any_of_32_bits(self):
        one = await self.speaker("ann")
        for at in (1, 2**31, 2**32 - 1):
            await one.send("ping", id=at)
            await one.expect("pong")
            await one.expect("reply", id=at)


Direct, DirectMessagePack = in_both_encodings(Direct)

VALUES = [None, True, False, 0, -1, 1, 2**53, 2**63 - 1, -2**63, 2**64 - 1,
          0.5, -1.25e-7, 1e300, "", "text", "κόσμε \U0001f426 \x7f",
          "quote \" backslash \\ newline \n nul \0", [], {}, [[], [{}]],
          {"a": {"b": [1, 2.5, "c", None]}}, list(range(300)),
          {str(at): at for at in range(40)}, "x" * 40_000]


class Encodings(NodeTest):
    """What is published in one encoding arrives in the other."""

    async def between(self, one_way, other_way):
        writer = await self.speaker("writer", one_way)
        reader = await self.speaker("reader", other_way)
        await reader.subscribe(self.topic)
        for value in VALUES:
            await writer.reply("publish", topic=self.topic, data=value)
            got = await reader.expect("message", user="writer")
            self.assertEqual(got["data"], value)
            self.assertIs(type(got["data"]), type(value))

    async def test_json_to_json(self):
        await self.between(JSON, JSON)

    async def test_json_to_messagepack(self):
        await self.between(JSON, MSGPACK)

    async def test_messagepack_to_json(self):
        await self.between(MSGPACK, JSON)

    async def test_messagepack_to_messagepack(self):
        await self.between(MSGPACK, MSGPACK)

    async def test_what_only_messagepack_can_say(self):
        writer = await self.speaker("writer", MSGPACK)
        reader = await self.speaker("reader", JSON)
        same = await self.speaker("same", MSGPACK)
        await reader.subscribe(self.topic)
        await same.subscribe(self.topic)
        octets = bytes(range(256))
        for value, in_json in (
                (octets, base64.b64encode(octets).decode()),
                (float("inf"), None), (float("-inf"), None)):
            await writer.reply("publish", topic=self.topic, data=[value])
            await reader.expect("message", data=[in_json])
            await same.expect("message", data=[value])
        await writer.refused(107, "publish", topic=self.topic, data={1: "one"})

    async def test_both_hear_of_members_alike(self):
        one = await self.speaker("ann", JSON)
        two = await self.speaker("bob", MSGPACK)
        await one.subscribe(self.room)
        await two.subscribe(self.room)
        three = await self.speaker("cyd", JSON, info={"née": ["ü", 1.5]})
        await three.subscribe(self.room)
        await one.expect("joined")
        joined = await one.expect("joined", member={
            "user": "cyd", "info": {"née": ["ü", 1.5]}})
        self.assertEqual(await two.next(), joined)
        self.assertEqual(
            (await one.reply("presence", topic=self.room))["members"],
            (await two.reply("presence", topic=self.room))["members"])
