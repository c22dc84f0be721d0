"""Lobbies: seats, host, shared state, and what subscribers are told of them."""

from support.lobbies import LobbyTest, changed, seats_in, shown
from support.node import MSGPACK
from support.node_test import in_both_encodings
from support.waiting import until


class Lobby(LobbyTest):
    async def test_who_creates_it_has_seat_0_and_is_host(self):
        watcher = await self.watcher()
        ann = await self.speaker("ann")
        got = await ann.reply(
            "lobby.create", topic=self.lobby, seats=3, min_players=2,
            state={"map": "x"}, info={"mode": "duel"})
        self.assertEqual(got.keys(), {"event", "id", "seat", "epoch", "offset"})
        self.assertEqual(got["seat"], 0)
        await changed(watcher, "joined", user="ann", seat=0, seats=3,
                      host="ann", state={"map": "x"}, info={"mode": "duel"},
                      topic=self.lobby, offset=got["offset"])
        for subprotocol in (self.subprotocol, MSGPACK):
            late = await self.speaker("late", subprotocol)
            state = await shown(late, self.lobby)
            self.assertEqual(state["seats"], [{
                "seat": 0, "user": "ann", "ready": False, "held": False}])
            self.assertEqual(
                (state["host"], state["started"], state["state"],
                 state["info"]),
                ("ann", False, {"map": "x"}, {"mode": "duel"}))
            self.assertIn("ann", [one["user"] for one in state["members"]])
        await ann.refused(113, "lobby.create", topic=self.lobby, seats=2)

    async def test_seats_are_given_in_order_until_it_is_full(self):
        ann = await self.created(seats=3)
        watcher = await self.watcher()
        for number, user in enumerate(("bob", "cyd"), 1):
            one = await self.speaker(user)
            got = await one.reply("lobby.join", topic=self.lobby)
            self.assertEqual(got["seat"], number)
            event = await changed(watcher, "joined", user=user, seat=number,
                                  offset=got["offset"])
            self.assertNotIn("seats", event)
            # Once more is the same seat, and no event.
            again = await one.reply("lobby.join", topic=self.lobby)
            self.assertEqual(again["seat"], number)
        dan = await self.speaker("dan")
        await dan.refused(120, "lobby.join", topic=self.lobby)
        await ann.reply("lobby.leave", topic=self.lobby)
        await changed(watcher, "left", user="ann", seat=0, reason="left")
        await changed(watcher, "host", user="bob")
        got = await dan.reply("lobby.join", topic=self.lobby)
        self.assertEqual(got["seat"], 0)

    async def test_the_host_role_moves_to_who_sits_longest(self):
        ann = await self.created()
        bob, cyd = await self.joined("bob"), await self.joined("cyd")
        watcher = await self.watcher()
        await bob.reply("lobby.leave", topic=self.lobby)
        await bob.reply("lobby.join", topic=self.lobby)  # behind cyd now
        await ann.reply("lobby.leave", topic=self.lobby)
        for change, user in (("left", "bob"), ("joined", "bob"),
                             ("left", "ann"), ("host", "cyd")):
            await changed(watcher, change, user=user)
        await cyd.reply("lobby.start", topic=self.lobby)
        await changed(watcher, "started", user="cyd")
        self.assertEqual((await shown(await self.speaker("late"),
                                      self.lobby))["host"], "cyd")

    async def test_a_user_has_one_seat_by_all_connections(self):
        await self.created()
        bob, again = await self.joined("bob"), await self.joined("bob")
        state = await shown(await self.speaker("late"), self.lobby)
        self.assertEqual(seats_in(state), {0: "ann", 1: "bob"})
        watcher = await self.watcher()
        await bob.close()
        await again.reply("lobby.ready", topic=self.lobby, ready=True)
        await changed(watcher, "ready", user="bob", ready=True)  # not held

    async def test_ready_and_start(self):
        ann = await self.created(min_players=2)
        watcher = await self.watcher()
        await ann.refused(113, "lobby.start", topic=self.lobby)
        bob = await self.joined("bob")
        await bob.refused(122, "lobby.start", topic=self.lobby)
        await changed(watcher, "joined")
        for is_ready in (True, False):
            got = await bob.reply("lobby.ready", topic=self.lobby,
                                  ready=is_ready)
            await changed(watcher, "ready", user="bob", ready=is_ready,
                          offset=got["offset"])
            await bob.reply("lobby.ready", topic=self.lobby, ready=is_ready)
        got = await ann.reply("lobby.start", topic=self.lobby)
        await changed(watcher, "started", user="ann", offset=got["offset"])
        await watcher.refused(123, "lobby.join", topic=self.lobby)
        await bob.refused(123, "lobby.ready", topic=self.lobby, ready=True)
        await ann.refused(123, "lobby.start", topic=self.lobby)
        # Who has a seat has it still.
        self.assertEqual((await bob.reply("lobby.join", topic=self.lobby)
                          )["seat"], 1)

    async def test_it_starts_by_itself_when_all_are_ready(self):
        ann = await self.created(min_players=2, auto_start=True)
        watcher = await self.watcher()
        await ann.reply("lobby.ready", topic=self.lobby, ready=True)
        await changed(watcher, "ready", user="ann")
        bob = await self.joined("bob")
        await changed(watcher, "joined", user="bob")
        await bob.reply("lobby.ready", topic=self.lobby, ready=True)
        await changed(watcher, "ready", user="bob")
        self.assertNotIn("user", await changed(watcher, "started"))

    async def test_the_host_changes_the_state(self):
        ann = await self.created(state={"map": "x", "n": 1})
        bob, watcher = await self.joined("bob"), await self.watcher()
        got = await ann.reply("lobby.set", topic=self.lobby,
                              patch={"n": None, "m": [1, {"é": True}]})
        await changed(watcher, "state", user="ann", offset=got["offset"],
                      patch={"n": None, "m": [1, {"é": True}]})
        await bob.refused(122, "lobby.set", topic=self.lobby, patch={"n": 2})
        stale = got["offset"] - 1
        await ann.refused(113, "lobby.set", topic=self.lobby, if_offset=stale,
                          patch={"n": 2})
        await ann.reply("lobby.set", topic=self.lobby, patch={"n": 3},
                        if_offset=got["offset"])
        state = await shown(await self.speaker("late"), self.lobby)
        self.assertEqual(state["state"],
                         {"map": "x", "m": [1, {"é": True}], "n": 3})
        for patch in (1, None, [], "x"):
            await ann.refused(107, "lobby.set", topic=self.lobby, patch=patch)

    async def test_the_host_kicks_players_and_not_himself(self):
        ann = await self.created(seats=2)
        bob, watcher = await self.joined("bob"), await self.watcher()
        await bob.refused(122, "lobby.kick", topic=self.lobby, user="ann")
        await ann.refused(113, "lobby.kick", topic=self.lobby, user="ann")
        await ann.refused(121, "lobby.kick", topic=self.lobby, user="cyd")
        await ann.refused(107, "lobby.kick", topic=self.lobby)
        await ann.reply("lobby.kick", topic=self.lobby, user="bob")
        await changed(watcher, "kicked", user="bob", seat=1)
        for call in ("leave", "ready"):
            await bob.refused(121, f"lobby.{call}", topic=self.lobby)
        await bob.refused(122, "lobby.start", topic=self.lobby)

    async def test_a_private_lobby_takes_an_invitation(self):
        ann, watcher = await self.created(private=True), await self.watcher()
        bob = await self.speaker("bob")
        await bob.refused(103, "lobby.join", topic=self.lobby)
        await bob.refused(122, "lobby.invite", topic=self.lobby, user="bob")
        for _ in range(2):
            await ann.reply("lobby.invite", topic=self.lobby, user="bob")
        await bob.reply("lobby.join", topic=self.lobby)
        await changed(watcher, "joined", user="bob")  # nothing of invitations

    async def test_a_password_is_asked_for(self):
        ann, watcher = (await self.created(password="open sesame"),
                        await self.watcher())
        bob = await self.speaker("bob")
        await bob.refused(107, "lobby.join", topic=self.lobby, password="")
        for fields in ({}, {"password": "Open sesame"}):
            await bob.refused(103, "lobby.join", topic=self.lobby, **fields)
        await bob.reply("lobby.join", topic=self.lobby, password="open sesame")
        event = await changed(watcher, "joined", user="bob")
        self.assertNotIn("sesame", repr(event))
        # Who has a seat needs none to take it again, nor who is invited.
        await bob.reply("lobby.join", topic=self.lobby)
        await ann.reply("lobby.invite", topic=self.lobby, user="cyd")
        await self.joined("cyd")
        state = await shown(await self.speaker("late"), self.lobby)
        self.assertNotIn("sesame", repr(state))

    async def test_without_spectators_only_players_subscribe(self):
        ann = await self.created(spectators=False)
        bob = await self.speaker("bob")
        await bob.refused(103, "subscribe", topic=self.lobby)
        await bob.reply("lobby.join", topic=self.lobby)
        await bob.subscribe(self.lobby)
        await ann.subscribe(self.lobby)
        await bob.reply("subscribe", topic=f"$play.{self.lobby}")
        await ann.reply("lobby.kick", topic=self.lobby, user="bob")
        while (await bob.next()).get("change") != "kicked":
            pass

        async def hears_no_more():
            got = await ann.reply("presence", topic=self.lobby)
            return got["count"] == 1
        await until(hears_no_more, "who was kicked is no member")
        for topic in (self.lobby, f"$play.{self.lobby}"):
            await ann.reply("publish", topic=topic, data="between us")
            await bob.refused(114, "unsubscribe", topic=topic)

    async def test_players_send_to_the_host_and_to_seats(self):
        ann = await self.created()
        bob, watcher = await self.joined("bob"), await self.watcher()
        data = {"x": [1, None, "é"]}
        got = await bob.reply("lobby.send", topic=self.lobby, to="host",
                              data=data)
        self.assertEqual(got["connections"], 1)
        await ann.expect("direct", topic=self.lobby, user="bob", data=data)
        await ann.reply("lobby.send", topic=self.lobby, seat=1, data=2)
        await bob.expect("direct", topic=self.lobby, user="ann", data=2)
        await watcher.refused(121, "lobby.send", topic=self.lobby, to="host",
                              data=1)
        await ann.refused(121, "lobby.send", topic=self.lobby, seat=3, data=1)
        await ann.refused(107, "lobby.send", topic=self.lobby, seat=4, data=1)
        await ann.refused(107, "lobby.send", topic=self.lobby, to="all", data=1)
        await ann.refused(107, "lobby.send", topic=self.lobby, to="host")

    async def test_a_closed_lobby_leaves_its_name(self):
        ann = await self.created()
        bob, watcher = await self.joined("bob"), await self.watcher()
        await bob.refused(122, "lobby.close", topic=self.lobby)
        got = await ann.reply("lobby.close", topic=self.lobby)
        await changed(watcher, "closed", reason="host", offset=got["offset"])
        await ann.refused(102, "lobby.close", topic=self.lobby)
        await bob.refused(102, "lobby.join", topic=self.lobby)
        await bob.reply("lobby.create", topic=self.lobby, seats=1)
        event = await changed(watcher, "joined", user="bob", seat=0, seats=1)
        self.assertGreater(event["offset"], got["offset"])
        state = await shown(await self.speaker("late"), self.lobby)
        self.assertEqual((seats_in(state), state["state"]),
                         ({0: "bob"}, None))

    async def test_the_companion_is_of_players_and_subscribers(self):
        ann = await self.created()
        bob, watcher = await self.joined("bob"), await self.watcher()
        play = f"$play.{self.lobby}"
        other = await self.speaker("other")
        await other.refused(103, "subscribe", topic=play)
        await other.refused(103, "publish", topic=play, data=1)
        for one in (ann, bob, watcher):
            got = await one.reply("subscribe", topic=play)
            self.assertEqual(got["kind"], "topic")
        await watcher.refused(103, "publish", topic=play, data=1)
        await bob.reply("publish", topic=play, data=[1, 2], tag="bob")
        for one in (ann, watcher):
            await one.expect("message", topic=play, user="bob", data=[1, 2])
        await ann.reply("lobby.kick", topic=self.lobby, user="bob")

        async def is_refused():  # his connection is told in its time
            got = await bob.ask("publish", topic=play, data=1)
            return got.get("code") == 103
        await until(is_refused, "who is kicked does not play")

    async def test_it_is_a_room_besides(self):
        ann = await self.created()
        await ann.subscribe(self.lobby)
        watcher = await self.watcher()
        await ann.expect("joined", member={"user": "watcher"})
        at = await watcher.reply("publish", topic=self.lobby, data="hello")
        await ann.expect("message", data="hello", offset=at["offset"])
        got = await ann.reply("history", topic=self.lobby)
        self.assertEqual([one["data"] for one in got["messages"]], ["hello"])
        since = {"epoch": at["epoch"], "offset": at["offset"]}
        await self.joined("bob")
        late = await self.speaker("late")
        got = await late.subscribe(self.lobby, since=since, must_recover=True)
        self.assertEqual((got["recovered"], got["mode"]), (True, "replay"))
        await changed(late, "joined", user="bob", seat=1)

    async def test_the_same_key_is_one_call(self):
        ann = await self.created(key="make", seats=3)
        again = await ann.reply("lobby.create", topic=self.lobby, seats=3,
                                key="make")
        self.assertEqual(again["seat"], 0)
        first = await ann.reply("lobby.set", topic=self.lobby, key="k",
                                patch={"n": 1}, if_offset=again["offset"])
        second = await ann.reply("lobby.set", topic=self.lobby, key="k",
                                 patch={"n": 1}, if_offset=again["offset"])
        self.assertEqual(first["offset"], second["offset"])
        bob = await self.speaker("bob")
        for _ in range(2):
            got = await bob.reply("lobby.join", topic=self.lobby, key="make")
            self.assertEqual(got["seat"], 1)
        await bob.reply("lobby.leave", topic=self.lobby, key="go")
        await bob.reply("lobby.leave", topic=self.lobby, key="go")


Lobby, LobbyMessagePack = in_both_encodings(Lobby)
