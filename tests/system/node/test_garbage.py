"""Random and mutated messages: a node answers or closes, and goes on."""

import contextlib
import json
import random

import msgpack

from support.node import Closed, MSGPACK
from support.node_test import NodeTest, in_both_encodings
from support.settings import settings

CLOSES = {4502: "malformed", 1009: "message_too_big", 4500: "unauthorized"}


class Garbage(NodeTest):
    rounds = 2000 if settings.long else 300
    more = "log { level = info }"

    def messages(self):
        since = {"epoch": "e", "offset": 1}
        return [
            {"event": "subscribe", "id": 1, "topic": self.room, "since": since},
            {"event": "publish", "id": 2, "topic": self.room, "key": "k",
             "data": {"a": [1, 2.5, None, True, "ü", {"b": []}]}},
            {"event": "unsubscribe", "id": 3, "topic": self.room},
            {"event": "presence", "id": 4, "topic": self.room},
            {"event": "send", "id": 5, "user": "ann", "data": "hello"},
            {"event": "auth", "id": 6, "token": "a.b.c"},
            {"event": "history", "id": 7, "topic": self.room, "limit": 10}]

    def mutated(self, chance):
        message = chance.choice(self.messages())
        packed = bytearray(msgpack.packb(message)
                           if self.subprotocol == MSGPACK
                           else json.dumps(message).encode())
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(packed))
            how = chance.randrange(4)
            if how == 0:
                packed[at] = chance.randrange(256)
            elif how == 1:
                del packed[at:at + chance.randint(1, 5)]
            elif how == 2:
                packed[at:at] = chance.randbytes(chance.randint(1, 9))
            else:
                packed[at:at] = packed[at:at + 20] * chance.randint(1, 9)
            packed = packed or bytearray(b"x")
        if self.subprotocol == MSGPACK:
            return bytes(packed)
        return packed.decode(errors="replace")

    async def test_each_mutated_message_is_answered_or_closes(self):
        chance = random.Random(1)
        one = None
        for _ in range(self.rounds):
            if not one:
                one = await self.speaker("ann")
                one.last_id = 1000  # no id of a message that was mutated
            try:
                await one.raw(self.mutated(chance))
                await one.ask("ping")
            except Closed as end:
                self.assertEqual(CLOSES.get(end.code), end.reason, end)
                one = None

    async def test_memory_does_not_grow(self):
        async def some(chance):
            for _ in range(self.rounds):
                one = await self.speaker("ann")
                with contextlib.suppress(Closed):
                    for _ in range(4):
                        await one.raw(self.mutated(chance))
                one.socket.transport.abort()
            self.node.wait_until_idle()
        await some(random.Random(2))
        before = self.node.memory_kb()
        await some(random.Random(3))
        if not self.node.sanitized():
            self.assertLess(self.node.memory_kb() - before, 2048)


Garbage, GarbageMessagePack = in_both_encodings(Garbage)
