"""Lobbies: seats that are held, ends by time, limits, rights and errors; and
the end of the node."""

import contextlib
import random

from support.journal_test import JournalTest
from support.lobbies import LOBBIES, LobbyTest, changed, listed, seats_in, shown
from support.node import Closed, MSGPACK, Node
from support.node_test import in_both_encodings
from support.waiting import until

ON_A_LOBBY = (  # calls of who has no seat, or is not host
    ("join", {}), ("leave", {}), ("ready", {"ready": True}),
    ("set", {"patch": {}}), ("kick", {"user": "x"}), ("invite", {"user": "x"}),
    ("start", {}), ("close", {}), ("send", {"to": "host", "data": 1}))


class Life(LobbyTest):
    async def test_a_seat_is_held_and_taken_back(self):
        await self.created()
        bob, watcher = await self.joined("bob"), await self.watcher()
        bob.socket.transport.abort()
        held = await changed(watcher, "held", user="bob", seat=1)
        self.assertEqual(held["hold_ms"], 30_000)
        state = await shown(await self.speaker("late"), self.lobby)
        self.assertEqual([one["held"] for one in state["seats"]],
                         [False, True])
        bob = await self.speaker("bob", MSGPACK)
        got = await bob.reply("lobby.join", topic=self.lobby)
        self.assertEqual(got["seat"], 1)
        await changed(watcher, "joined", user="bob", seat=1, back=True,
                      offset=got["offset"])
        await bob.reply("lobby.ready", topic=self.lobby)
        await changed(watcher, "ready", user="bob", ready=True)

    async def test_the_host_is_host_while_held_and_comes_back_after_start(self):
        ann = await self.created(min_players=2)
        bob, watcher = await self.joined("bob"), await self.watcher()
        await ann.reply("lobby.start", topic=self.lobby)
        await changed(watcher, "started")
        await ann.close()
        await changed(watcher, "held", user="ann")
        await bob.refused(122, "lobby.close", topic=self.lobby)
        again = await self.speaker("ann")
        await again.refused(113, "lobby.create", topic=self.lobby, seats=2)
        await again.reply("lobby.join", topic=self.lobby)
        await changed(watcher, "joined", user="ann", back=True)
        await again.reply("lobby.close", topic=self.lobby)

    async def test_who_does_not_come_back_has_left(self):
        ann = await self.created(topic=self.brief)
        await self.joined("bob", self.brief)
        watcher = await self.watcher(self.brief)
        await ann.close()
        held = await changed(watcher, "held", user="ann", hold_ms=300)
        left = await changed(watcher, "left", user="ann", seat=0,
                             reason="gone")
        # The hold is of a clock that is never set, the stamps are of another.
        self.assertGreater(left["at"] - held["at"], 250)
        await changed(watcher, "host", user="bob")
        again = await self.speaker("ann")
        await again.refused(121, "lobby.leave", topic=self.brief)

    async def test_a_lobby_without_players_is_closed(self):
        ann = await self.created(topic=self.brief)
        watcher = await self.watcher(self.brief)
        await ann.reply("lobby.leave", topic=self.brief)
        await changed(watcher, "left", user="ann")
        await changed(watcher, "closed", reason="empty")
        await watcher.refused(102, "lobby.join", topic=self.brief)

    async def test_who_joins_one_without_players_is_host(self):
        ann, watcher = await self.created(), await self.watcher()
        await ann.reply("lobby.leave", topic=self.lobby)
        bob = await self.joined("bob")
        await changed(watcher, "left", user="ann")
        await changed(watcher, "joined", user="bob", seat=0)
        await changed(watcher, "host", user="bob")
        await bob.reply("lobby.close", topic=self.lobby)

    async def test_a_lobby_that_has_started_expires(self):
        ann = await self.created(topic=self.brief)
        watcher = await self.watcher(self.brief)
        await ann.reply("lobby.start", topic=self.brief)
        await changed(watcher, "started")
        event = await changed(watcher, "closed", reason="expired")
        self.assertNotIn("user", event)

    # -- what is refused ------------------------------------------------------

    async def test_what_is_not_there_or_not_allowed(self):
        bob = await self.speaker("bob")
        for call, fields in ON_A_LOBBY:
            await bob.refused(102, f"lobby.{call}", topic=self.lobby, **fields)
        await self.created()
        for call, fields in ON_A_LOBBY[1:]:
            code = 121 if call in ("leave", "ready", "send") else 122
            await bob.refused(code, f"lobby.{call}", topic=self.lobby, **fields)

    async def test_what_is_no_call(self):
        bob = await self.speaker("bob")
        for call, fields in (("create", {"seats": 2}), *ON_A_LOBBY):
            name = f"lobby.{call}"
            for topic in (self.room, self.topic):
                await bob.refused(107, name, topic=topic, **fields)
            await bob.refused(102, name, topic="nothing.a", **fields)
            for topic in ("", "a b", 7, None, {}):
                await bob.refused(107, name, topic=topic, **fields)
            await bob.refused(107, name, **fields)
        for seats in (0, -1, "2", 1.5, None, [], 1 << 40):
            got = await bob.ask("lobby.create", topic=self.lobby, seats=seats)
            self.assertIn(got.get("code"), (106, 107), got)
        for field, value in (
                ("info", 7), ("info", "x"), ("min_players", 0),
                ("min_players", 5), ("auto_start", 1), ("private", "yes"),
                ("spectators", None), ("password", 7), ("key", 7)):
            await bob.refused(107, "lobby.create", topic=self.lobby, seats=4,
                              **{field: value})
        await bob.refused(104, "lobby.nothing", topic=self.lobby)
        await bob.refused(102, "lobby.join", topic=self.lobby)

    async def test_limits(self):
        """Of seats, of `info`, of the state, and of lobbies of one prefix."""
        ann = await self.speaker("ann")
        for setup in ({"seats": 5}, {"seats": 2, "info": {"a": "x" * 40}},
                      {"seats": 2, "state": {"a": "x" * 80}}):
            await ann.refused(106, "lobby.create", topic="brief.limits",
                              **setup)
        await ann.reply("lobby.create", topic=self.brief, seats=4)
        await ann.refused(106, "lobby.set", topic=self.brief,
                          patch={"a": "x" * 80})
        for name in "ab":
            await ann.reply("lobby.create", topic=f"few.{name}", seats=4)
        await ann.refused(106, "lobby.create", topic="few.c", seats=4)
        await ann.reply("lobby.close", topic="few.a")

        async def is_made():
            got = await ann.ask("lobby.create", topic="few.c", seats=4)
            return got["event"] == "reply"
        await until(is_made, "another has its place")
        for name in "bc":
            await ann.reply("lobby.close", topic=f"few.{name}")
        await self.have_left_the_list(ann)

    async def have_left_the_list(self, one):
        async def are_gone():
            return await listed(one, "few.") == {}
        await until(are_gone, "the list is empty")

    async def test_the_right_to_play(self):
        """By default who is anonymous does not have it."""
        await self.created()
        watching = await self.speaker("one", topics={"lobby.>": "subscribe"})
        playing = await self.speaker("two", topics={"lobby.>": "lobby"})
        for call, fields in (("create", {"seats": 2}), *ON_A_LOBBY):
            await watching.refused(103, f"lobby.{call}", topic=self.lobby,
                                   **fields)
        await watching.refused(103, "lobby.match", prefix=self.prefix, seats=2)
        await watching.subscribe(self.lobby)
        self.assertEqual(await listed(watching, self.prefix), {self.lobby: 1})
        await playing.reply("lobby.join", topic=self.lobby)
        await playing.refused(103, "subscribe", topic=self.lobby)
        await playing.refused(103, "lobby.list", prefix=self.prefix)
        await playing.refused(103, "subscribe", topic=self.listing)

    async def test_mutated_calls_are_answered_or_close(self):
        dice = random.Random(1)
        setup = {"seats": 3, "info": {"a": [1, {"b": None}]}, "state": {"n": 1}}
        calls = [("create", setup), *ON_A_LOBBY,
                 ("list", {"prefix": self.prefix, "free": 1, "info": {"a": 1}}),
                 ("match", {"prefix": self.prefix, **setup, "wait_ms": 1}),
                 ("match.cancel", {"match": 3})]
        one = None
        for _ in range(400):
            one = one or await self.speaker(dice.choice("abc"))
            call, fields = dice.choice(calls)
            message = one.encoded({"event": f"lobby.{call}", "topic":
                                   self.lobby, "id": 5, **fields})
            with contextlib.suppress(Closed):
                one.last_id = 1000
                await one.raw(self.mutated(dice, message))
                await one.ask("ping")
                continue
            self.assertEqual(one.socket.close_code, 4502)
            one = None

    def mutated(self, dice, message):
        whole = isinstance(message, bytes)
        packed = bytearray(message if whole else message.encode())
        for _ in range(dice.randint(0, 3)):
            at = dice.randrange(len(packed))
            if dice.random() < 0.5:
                packed[at] = dice.randrange(256)
            else:
                del packed[at:at + dice.randint(1, 4)]
            packed = packed or bytearray(b"x")
        return bytes(packed) if whole else packed.decode(errors="replace")


Life, LifeMessagePack = in_both_encodings(Life)


class Anonymous(LobbyTest):
    more = LOBBIES + "session { anonymous = allow }"

    async def test_who_is_anonymous_may_watch_and_not_play(self):
        await self.created()
        guest = await self.stranger()
        await guest.expect("welcome")
        await guest.refused(103, "lobby.join", topic=self.lobby)
        await guest.refused(103, "lobby.create", topic=self.prefix + "b",
                            seats=2)
        await guest.refused(103, "lobby.match", prefix=self.prefix, seats=2)
        await guest.subscribe(self.lobby)
        await guest.subscribe(self.listing)
        await guest.reply("lobby.list", prefix=self.prefix)


class Journal(JournalTest):
    """The node is killed; its journal has the lobbies."""

    more = """topics {
      lobby { match = "lobby.*", kind = lobby, lobby { hold = 2s } }
      long { match = "long.*", kind = lobby, lobby { empty-ttl = 500ms } }
    }"""

    async def test_lobbies_survive_a_kill(self):
        self.start()
        ann, bob = await self.speakers("ann", "bob")
        for topic in ("lobby.a", "lobby.b", "long.a", "long.empty"):
            await ann.reply("lobby.create", topic=topic, seats=3,
                            state={"n": 1}, info={"of": topic}, min_players=2)
        for topic in ("lobby.a", "long.a"):
            await bob.reply("lobby.join", topic=topic)
        await ann.reply("lobby.close", topic="lobby.b")
        await ann.reply("lobby.leave", topic="long.empty")
        await self.restart(Node.kill)
        watcher, bob = await self.speakers("watcher", "bob")
        state = await shown(watcher, "lobby.a")
        self.assertEqual((seats_in(state), state["state"], state["host"]),
                         ({0: "ann", 1: "bob"}, {"n": 1}, "ann"))
        await self.gone(watcher, "lobby.a", ("ann", "bob"), state)
        got = await bob.reply("lobby.join", topic="long.a")
        self.assertEqual(got["seat"], 1)

        async def right():
            return ((await listed(bob, "lobby."), await listed(bob, "long."))
                    == ({"lobby.a": 0}, {"long.a": 2}))
        await until(right, "the lists are right")
        await bob.refused(102, "lobby.join", topic="lobby.b")
        await bob.refused(102, "lobby.join", topic="long.empty")
        await bob.reply("lobby.join", topic="lobby.a")  # it has its rules yet
        await bob.refused(113, "lobby.start", topic="lobby.a")

    async def gone(self, watcher, topic, users, state):
        """Each is held, if that is not told already, and has left then."""
        held = {one["user"] for one in state["seats"] if one["held"]}
        left, events = [], 0
        while len(left) < len(users):
            got = await watcher.next()
            if got["event"] != "lobby.changed":
                continue
            self.assertEqual(got["topic"], topic)
            if got["change"] == "held":
                self.assertNotIn(got["user"], held)
                held.add(got["user"])
            elif got["change"] == "left":
                self.assertEqual(got["reason"], "gone")
                left.append(got["user"])
            events += 1
        self.assertEqual((held, sorted(left)), (set(users), sorted(users)))
        self.assertLessEqual(events, 5)  # and at most one host
