"""What is refused, with which code, and what closes the connection."""

import json

import msgpack

from support import frames, tokens
from support.client import Client
from support.node import JSON, MSGPACK
from support.node_test import NodeTest, in_both_encodings

LIMITS = """
connection { subscriptions-max = 3 }
topics { small { match = "small.*", kind = room, subscribers-max = 2 } }
websocket { message-bytes-max = 4096 }
"""
BAD_TOPICS = ("", ".", "a..b", ".a", "a.", "a b", "ä", "a/b", "chat.*",
              "x" * 256, "chat.\0")


class Errors(NodeTest):
    more = LIMITS

    async def test_unknown_topics(self):
        one = await self.speaker("ann")
        for event in ("subscribe", "publish", "presence", "history"):
            message = await one.refused(102, event, topic="no.such.class",
                                        data=1)
            self.assertIn("no.such.class", message)
        await one.refused(114, "unsubscribe", topic="no.such.class")

    async def test_unknown_events(self):
        one = await self.speaker("ann")
        for event in ("", "nonsense", "Publish", "lobby.nonsense", "reply",
                      "message", "x" * 300):
            await one.refused(104, event)

    async def test_illegal_topic_names(self):
        one = await self.speaker("ann")
        for topic in BAD_TOPICS:
            for event in ("subscribe", "unsubscribe", "publish", "presence"):
                message = await one.refused(107, event, topic=topic, data=1)
                self.assertIn("topic", message)

    async def test_the_field_that_is_missing_or_ill_typed_is_named(self):
        one = await self.speaker("ann")
        room = {"topic": self.room}
        for field, event, fields in (
                ("topic", "subscribe", {}), ("topic", "publish", {"data": 1}),
                ("data", "publish", room), ("data", "send", {"user": "b"}),
                ("user", "send", {"data": 1}), ("token", "auth", {}),
                ("topic", "subscribe", {"topic": 5}),
                ("topic", "subscribe", {"topic": None}),
                ("topic", "subscribe", {"topic": [self.room]}),
                ("user", "send", {"user": "", "data": 1}),
                ("user", "send", {"user": {}, "data": 1}),
                ("since", "subscribe", {**room, "since": 5}),
                ("since", "subscribe", {**room, "since": {}}),
                ("epoch", "subscribe", {**room, "since": {"offset": 1}}),
                ("offset", "subscribe", {**room, "since": {"epoch": "e"}}),
                ("offset", "subscribe",
                 {**room, "since": {"epoch": "e", "offset": -1}}),
                ("offset", "subscribe",
                 {**room, "since": {"epoch": "e", "offset": 1.5}}),
                ("snapshot", "subscribe", {**room, "snapshot": 1}),
                ("must_recover", "subscribe", {**room, "must_recover": "yes"}),
                ("key", "publish", {**room, "data": 1, "key": 5}),
                ("key", "publish", {**room, "data": 1, "key": "k" * 256}),
                ("tag", "publish", {**room, "data": 1, "tag": ""}),
                ("limit", "history", {**room, "limit": "many"}),
                ("reverse", "history", {**room, "reverse": "no"}),
                ("token", "auth", {"token": 5})):
            with self.subTest(event=event, **fields):
                self.assertIn(field, await one.refused(107, event, **fields))

    async def test_a_message_whose_id_is_none_is_not_obeyed(self):
        one = await self.speaker("ann")
        await one.subscribe(self.topic)
        for bad in (0, -1, 2**32, 1.5, "1", None, True, [1]):
            await one.send("publish", id=bad, topic=self.topic, data="bad")
        await one.send("publish", topic=self.topic, data="good")
        await one.expect("message", data="good")

    async def test_a_message_without_an_id_gets_no_answer(self):
        one = await self.speaker("ann")
        await one.send("nonsense")
        await one.send("subscribe", topic="no.such.class")
        await one.send("publish", topic="..", data=1)
        await one.send("ping")
        await one.expect("pong")

    async def test_unknown_fields_are_ignored(self):
        one = await self.speaker("ann")
        reply = await one.reply("subscribe", topic=self.topic, colour="red",
                                nested={"a": [1, {"b": None}]}, limit="x")
        self.assertEqual(reply["topic"], self.topic)

    async def test_every_error_has_code_name_and_message(self):
        one = await self.speaker("ann")
        got = await one.ask("nonsense")
        self.assertEqual(got.keys(), {"event", "id", "code", "error",
                                      "message"})
        self.assertEqual((got["code"], got["error"]), (104, "unknown_event"))
        got = await one.ask("subscribe", topic="no.such.class")
        self.assertEqual(got["error"], "unknown_topic")
        self.assertEqual((await one.ask("subscribe"))["error"], "bad_request")

    async def test_limits(self):
        one, two, three = await self.speakers("ann", "bob", "cyd")
        room = f"small.{self._testMethodName}"
        await one.subscribe(room)
        await two.subscribe(room)
        await three.refused(106, "subscribe", topic=room)
        for at in range(3):
            await three.subscribe(f"{self.topic}.{at}")
        await three.refused(106, "subscribe", topic=f"{self.topic}.3")
        await three.reply("unsubscribe", topic=f"{self.topic}.0")
        await three.subscribe(f"{self.topic}.3")

    async def test_what_does_not_decode_closes(self):
        good = {"event": "ping", "id": 1}
        texts = ["", " ", "{", "}", "null", "[]", '"ping"', "5", "ping",
                 '{"event":"ping"', '{"event":"ping"}}', "{'event':'ping'}",
                 '{"event":"ping",}', '{"event":"ping","data":1e309}',
                 '{"event":"\\ud800"}', '{"a":' * 40 + "1" + "}" * 40,
                 "[" * 3000, '{"event":"ping"}{"event":"ping"}',
                 '{"event":"ping","data":NaN}', "\ufeff" + json.dumps(good)]
        packed = msgpack.packb(good)
        octets = [b"", b"\xc0", b"\x93", b"\x80" + packed, packed[:-1],
                  packed + packed, b"\xc1", b"\x81\xc1\xc0", b"\xdf\xff\xff\xff"
                  b"\xff", b"\x81\xa1\xff\xc0", b"\x81\x01\x02",
                  b"\xdd\xff\xff\xff\xff", b"\x91" * 3000, b"\xff" * 50,
                  b"\x81\xa5event\xdb\xff\xff\xff\xff", b"\xc7\xff\x01" * 9]
        for bad in (octets if self.subprotocol == MSGPACK else texts):
            with self.subTest(message=bad[:40]):
                one = await self.speaker("ann")
                await one.raw(bad)
                await one.closed(4502, "malformed")

    async def test_data_may_be_as_deep_as_promised_and_no_deeper(self):
        def nested(depth):
            value = 1
            for _ in range(depth):
                value = [value]
            return value
        one = await self.speaker("ann")
        await one.subscribe(self.topic)
        await one.reply("publish", topic=self.topic, data=nested(31))
        await one.expect("message", data=nested(31))
        await one.send("publish", topic=self.topic, data=nested(32))
        await one.closed(4502, "malformed")

    async def test_the_other_kind_of_frame_closes(self):
        one = await self.speaker("ann")
        other = json.dumps({"event": "ping"})
        await one.raw(other if self.subprotocol == MSGPACK else other.encode())
        await one.closed(1003, "unsupported_data")

    async def test_a_message_over_the_limit_closes(self):
        one = await self.speaker("ann")
        self.assertEqual(one.welcome["max_message_bytes"], 4096)
        room = 4096 - len(one.encoded({"event": "publish", "id": 1,
                                       "topic": self.topic, "data": ""})) - 4
        await one.reply("publish", topic=self.topic, data="x" * room)
        await one.send("publish", topic=self.topic, data="x" * 4096)
        await one.closed(1009, "message_too_big")

    async def test_topics_are_free_of_what_was_refused(self):
        one, two = await self.speakers("ann", "bob")
        await one.subscribe(self.room)
        await two.refused(107, "publish", topic=self.room)
        await two.refused(107, "subscribe", topic=self.room, since=5)
        await two.reply("publish", topic=self.room, data="good")
        await one.expect("message", data="good")


Errors, ErrorsMessagePack = in_both_encodings(Errors)


class BrokenFrames(NodeTest):
    """Frames that no library would send, on an authenticated connection."""

    def raw_client(self, subprotocol=JSON):
        bearer = f"Authorization: Bearer {tokens.token('raw')}"
        one = Client(self.node.port, path="/ws", protocols=(subprotocol,),
                     more=(bearer,))
        self.addCleanup(one.sock.close)
        self.assertEqual(one.protocol, subprotocol)
        assert b"welcome" in one.next().payload
        return one

    async def test_the_close_codes_of_the_rfc(self):
        for data, code, reason in (
                (frames.text(b"\xff\xfe"), 1007, "invalid_utf8"),
                (frames.text(b"{}", rsv=4), 1002, "protocol_error"),
                (frames.header(frames.TEXT, 2, masked=False) + b"{}", 1002,
                 "protocol_error"),
                (frames.header(frames.TEXT, 1 << 40) + b"\0" * 4, 1009,
                 "message_too_big"),
                (frames.ping(fin=False), 1002, "protocol_error"),
                (frames.close(1005), 1002, "protocol_error")):
            with self.subTest(code=code, data=data[:8]):
                one = self.raw_client()
                one.send(data)
                got = one.rest()
                self.assertEqual([each.opcode for each in got], [frames.CLOSE])
                self.assertEqual((got[0].close_code, got[0].close_reason),
                                 (code, reason))

    async def test_a_fragmented_message_with_a_ping_within(self):
        one = self.raw_client()
        message = b'{"event":"ping","id":7}'
        one.send(frames.text(message[:9], fin=False), frames.ping(b"!"),
                 frames.more(message[9:]))
        self.assertEqual(one.next().opcode, frames.PONG)
        self.assertEqual(json.loads(one.next().payload), {"event": "pong"})
        self.assertEqual(json.loads(one.next().payload),
                         {"event": "reply", "id": 7})
        one.close_cleanly(4321)
