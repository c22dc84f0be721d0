"""The shared state of a room: one document that members change by merge
patches (RFC 7396), in the order of the room's log."""

import asyncio
import random

from support.journal_test import position_of, resumed
from support.node import JSON, MSGPACK
from support.node_test import NodeTest, in_both_encodings

# The examples of RFC 7396, appendix A, whose target and patch are objects.
EXAMPLES = (
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"e": None}, {"a": 1}, {"a": 1}),  # null is no member of a state
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
)


def merged(target, patch):
    """RFC 7396, section 2, written anew."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


class State(NodeTest):
    more = ('topics { tiny { match = "tiny.*", kind = room, '
            'state-bytes-max = 64 } }\n')

    async def state_of(self, room, user="reader"):
        """What a newcomer is shown, in either encoding."""
        states = []
        for subprotocol in (JSON, MSGPACK):
            one = await self.speaker(user, subprotocol)
            await one.reply("subscribe", topic=room, snapshot=True)
            states.append((await one.expect("snapshot"))["state"]["state"])
            await one.close()
        self.assertEqual(states[0], states[1])
        return states[0]

    async def test_all_are_told_of_a_change_in_the_order_of_the_log(self):
        ann, bob = await self.speakers("ann", "bob")
        cyd = await self.speaker("cyd", MSGPACK)
        await bob.subscribe(self.room)
        last = (await cyd.subscribe(self.room))["offset"]
        await bob.expect("joined")
        patch = {"turn": 1, "board": {"a1": "x", "b2": [1.5, True, "é"]}}
        at = await ann.reply("room.set", topic=self.room, patch=patch)
        self.assertEqual(at.keys(), {"event", "id", "epoch", "offset"})
        self.assertEqual(at["offset"], last + 1)
        for one in (bob, cyd):
            got = await one.expect("state", topic=self.room, patch=patch,
                                   offset=at["offset"], user="ann")
            self.assertEqual(got.keys(), {"event", "topic", "offset", "patch",
                                          "user", "at"})
        receipt = await ann.reply("publish", topic=self.room, data="after")
        for one in (bob, cyd):
            await one.expect("message", offset=receipt["offset"])
        self.assertEqual(await self.state_of(self.room), patch)

    async def test_merges_as_the_standard_says(self):
        [ann] = await self.speakers("ann")
        for number, (target, patch, wanted) in enumerate(EXAMPLES):
            room = f"{self.room}-{number}"
            await ann.reply("room.set", topic=room, patch=target)
            await ann.reply("room.set", topic=room, patch=patch)
            self.assertEqual(await self.state_of(room), wanted, patch)

    async def test_who_follows_the_changes_has_the_state(self):
        """Patches of many, applied by a reader as they come."""
        seed = random.randrange(1 << 32)
        dice = random.Random(seed)
        reader, *writers = await self.speakers("reader", "a", "b", "c")
        await reader.subscribe(self.room)

        def value(depth=0):
            kind = dice.randrange(6 if depth < 3 else 4)
            if kind < 4:
                return (None, dice.randrange(100), "text \"\n", [None, {}])[kind]
            return {dice.choice("abcd"): value(depth + 1) for _ in range(3)}

        async def write(one):
            for _ in range(60):
                patch = {dice.choice("abcd"): value() for _ in range(2)}
                await one.reply("room.set", topic=self.room, patch=patch)

        await asyncio.gather(*map(write, writers))
        state = None
        for _ in range(180):
            state = merged(state, (await reader.expect("state"))["patch"])
        self.assertEqual(state, await self.state_of(self.room), f"seed {seed}")

    async def test_of_two_who_know_the_same_state_one_wins(self):
        ann, bob = await self.speakers("ann", "bob")
        await ann.refused(107, "room.set", topic=self.room, patch={},
                          if_offset="0")
        at = await ann.reply("room.set", topic=self.room, patch={"n": 0},
                             if_offset=0)
        for turn in range(20):
            answers = await asyncio.gather(*(
                one.ask("room.set", topic=self.room, patch={"n": turn},
                        if_offset=at["offset"]) for one in (ann, bob)))
            won, lost = sorted(answers, key=lambda one: one["event"],
                               reverse=True)
            self.assertEqual((won["event"], lost["event"], lost.get("code")),
                             ("reply", "error", 113))
            at = won
        # Messages do not make a state stale.
        await bob.reply("publish", topic=self.room, data="x")
        await bob.reply("room.set", topic=self.room, patch={"n": 100},
                        if_offset=at["offset"])

    async def test_a_counter_of_many_writers_counts_all(self):
        async def add(one, times):
            for _ in range(times):
                done = False
                while not done:
                    known = await self.followed(one)
                    got = await one.ask(
                        "room.set", topic=self.room, if_offset=known["at"],
                        patch={"n": known["n"] + 1})
                    done = got["event"] == "reply"
                    self.assertIn(got.get("code", 113), (113,), got)

        writers = await self.speakers("a", "b", "c", "d")
        self.known = {}
        await writers[0].reply("room.set", topic=self.room, patch={"n": 0})
        for one in writers:
            await one.reply("subscribe", topic=self.room, snapshot=True)
            got = await one.expect("snapshot")
            self.known[one] = {"n": got["state"]["state"]["n"],
                               "at": got["offset"]}
        await asyncio.gather(*(add(one, 15) for one in writers))
        self.assertEqual(await self.state_of(self.room), {"n": 60})

    async def followed(self, one):
        """What this client knows of the counter now."""
        known = self.known[one]
        await one.reply("ping")  # what was told before has come
        for event in one.early:
            if event["event"] == "state":
                known["n"], known["at"] = event["patch"]["n"], event["offset"]
        one.early.clear()
        return known

    async def test_the_same_key_changes_once(self):
        ann, bob = await self.speakers("ann", "bob")
        first = await ann.reply("room.set", topic=self.room, patch={"n": 1},
                                key="k", if_offset=0)
        # The same again, also if it would be stale by now.
        again = await ann.reply("room.set", topic=self.room, patch={"n": 1},
                                key="k", if_offset=0)
        self.assertEqual(position_of(again), position_of(first))
        await bob.reply("room.set", topic=self.room, patch={"m": 1}, key="k")
        self.assertEqual(await self.state_of(self.room), {"n": 1, "m": 1})

    async def test_a_state_over_its_limit_is_refused(self):
        [ann] = await self.speakers("ann")
        at = await ann.reply("room.set", topic="tiny.a", patch={"a": "x" * 50})
        message = await ann.refused(106, "room.set", topic="tiny.a",
                                    patch={"b": "x" * 20})
        self.assertIn("64", message)
        self.assertEqual(await self.state_of("tiny.a"), {"a": "x" * 50})
        # It was no change, so nothing is stale; and a smaller one is taken.
        await ann.reply("room.set", topic="tiny.a", if_offset=at["offset"],
                        patch={"a": None, "b": "x" * 20})
        self.assertEqual(await self.state_of("tiny.a"), {"b": "x" * 20})

    async def test_what_is_no_patch_is_refused(self):
        [ann] = await self.speakers("ann")
        for patch in (None, 1, "x", [], True):
            await ann.refused(107, "room.set", topic=self.room, patch=patch)
        await ann.refused(107, "room.set", topic=self.room)
        await ann.refused(107, "room.set", topic=self.topic, patch={})
        self.assertIsNone(await self.state_of(self.room))

    async def test_the_right_to_change_it_can_be_withheld(self):
        one = await self.speaker("one", topics={"chat.*": "subscribe publish"})
        await one.refused(103, "room.set", topic=self.room, patch={"a": 1})
        two = await self.speaker("two", topics={"chat.*": "subscribe state"})
        await two.reply("room.set", topic=self.room, patch={"a": 1})

    async def test_changes_are_replayed_like_messages(self):
        ann, bob = await self.speakers("ann", "bob")
        since = position_of(await ann.subscribe(self.room))
        await ann.close()
        for number in range(10):
            await bob.reply("publish", topic=self.room, data=number)
            await bob.reply("room.set", topic=self.room, patch={"n": number})
        for subprotocol in (JSON, MSGPACK):
            cyd = await self.speaker("cyd", subprotocol)
            _, events = await resumed(cyd, self.room, since)
            self.assertEqual(
                [one.get("data", one.get("patch")) for one in events
                 if one["event"] in ("message", "state")],
                [each for number in range(10)
                 for each in (number, {"n": number})])
        history = await bob.reply("history", topic=self.room, limit=100)
        self.assertEqual([one["event"] for one in history["messages"]],
                         ["message"] * 10)


State, StateMessagePack = in_both_encodings(State)
