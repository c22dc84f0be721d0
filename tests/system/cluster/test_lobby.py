"""Lobbies that several nodes serve: one order of seats, whatever node ends."""

import asyncio
import json

from support.cluster import ClusterTest
from support.lobbies import Watcher, listed, seats_in, shown
from support.node import JSON, MSGPACK, Closed, Node
from support.waiting import until

MORE = """
topics {
  lobby { match = "lobby.*", kind = lobby }
  brief { match = "brief.*", kind = lobby
          lobby { hold = 1s, empty-ttl = 500ms } }
}
drain { window-min = 0ms }
"""
RACERS = 30


class LobbyClusterTest(ClusterTest):
    """Three nodes, and a watcher of one lobby on each."""

    async def watched(self, topic="lobby.a", nodes=3):
        self.topic = topic
        await self.begin(nodes, MORE)
        self.watchers = [await self.watcher(node)
                         for node in self.cluster.nodes]

    async def watcher(self, node):
        kind = MSGPACK if node.name == "n2" else JSON
        one = Watcher(await self.speaker(node, f"watcher-{node.name}",
                                         subprotocol=kind))
        self.addAsyncCleanup(one.stop)
        await one.watch(self.topic)
        return one

    async def player(self, number, user, call="join", **fields):
        """Somebody who has a seat through this node."""
        one = await self.speaker(self.cluster.nodes[number], user)
        await one.reply(f"lobby.{call}", topic=self.topic, **fields)
        return one

    async def players(self, seats=4, **setup):
        """One on each node; the first is host."""
        return [await self.player(0, "ann", "create", seats=seats, **setup),
                await self.player(1, "bob"), await self.player(2, "cyd")]

    async def same_told(self, numbers=range(3)):
        """Watchers of these nodes have been told the same, which is returned;
        what is told last has come to all."""
        logs = [self.watchers[number].log for number in numbers]
        host = await self.speaker(self.cluster.nodes[numbers[0]], "end")
        end = await host.reply("publish", topic=self.topic, data="end")

        async def at_the_end():
            return all([await self.is_at(number, end["offset"])
                        for number in numbers])
        await until(at_the_end, "the nodes are at one place")
        plain = [[{**one, "heard": 0} for one in log] for log in logs]
        for one in plain[1:]:
            self.assertEqual(one, plain[0])
        return self.watchers[numbers[0]].changes()

    async def is_at(self, number, offset):
        """The node stands there, and its watcher has read all before it."""
        node, watcher = self.cluster.nodes[number], self.watchers[number]
        _, body = await asyncio.to_thread(
            node.get, f"/rooms/state?topic={self.topic}", internal=True)
        if json.loads(body).get("offset", 0) < offset:
            return False
        return watcher.read_up_to >= offset

    async def all_show(self, seats, *, held=(), host=None):
        """In time, by what watchers are told that are there yet; and as each
        node shows it to somebody new then."""
        async def told():
            return all(one.seats() == (seats, set(held))
                       for one in self.watchers
                       if not one.speaker.socket.closed)
        await until(told, f"all are told {seats}, {held} held")
        for node in self.cluster.running():
            one = await self.speaker(node, "late")
            state = await shown(one, self.topic)
            await one.close()
            self.assertEqual(seats_in(state), seats, node.name)
            self.assertEqual({each["user"] for each in state["seats"]
                              if each["held"]}, set(held), node.name)
            if host:
                self.assertEqual(state["host"], host, node.name)

    async def all_list(self, prefix, expected):
        """Each node that is there, in time; returns when all do."""
        for node in self.cluster.running():
            one = await self.speaker(node, "lister")

            async def same(asked=one):
                return await listed(asked, prefix) == expected
            await until(same, f"{node.name} lists {expected}")
            await one.close()


class Seats(LobbyClusterTest):
    async def test_made_on_one_node_and_joined_on_others(self):
        await self.watched()
        ann, bob, _ = await self.players(state={"n": 0}, info={"of": "a"})
        await self.all_list("lobby.", {self.topic: 3})
        await ann.reply("lobby.set", topic=self.topic, patch={"n": 1})
        await bob.refused(122, "lobby.set", topic=self.topic, patch={"n": 2})
        await bob.reply("lobby.send", topic=self.topic, to="host", data="hi")
        await ann.expect("direct", topic=self.topic, user="bob", data="hi")
        await ann.reply("lobby.leave", topic=self.topic)
        await self.watchers[0].sees("host", "bob")
        await bob.reply("lobby.start", topic=self.topic)
        await self.all_show({1: "bob", 2: "cyd"}, host="bob")
        self.assertEqual(await self.same_told(), [
            ("joined", "ann"), ("joined", "bob"), ("joined", "cyd"),
            ("state", "ann"), ("left", "ann"), ("host", "bob"),
            ("started", "bob")])
        await self.all_list("lobby.", {})

    async def test_inputs_go_over_the_companion(self):
        await self.watched()
        trio = await self.players()
        play = f"$play.{self.topic}"
        for one in trio:
            await one.reply("subscribe", topic=play)

        # Others hear of a subscription in their own time.
        seen = {one: set() for one in trio}

        async def all_have_seen_all():
            for one in trio:
                await one.reply("publish", topic=play, data=1)
            for one in trio:
                seen[one] |= {got["user"] for got in one.early}
                one.early.clear()
            return all(len(users) == 3 for users in seen.values())
        await until(all_have_seen_all, "inputs come from all nodes to all")

    async def test_the_last_seat_is_given_once(self):
        await self.watched()
        host = await self.player(0, "ann", "create", seats=2)
        racers = [await self.speaker(self.cluster.nodes[n % 3], f"racer-{n}")
                  for n in range(RACERS)]
        for _ in range(10):
            got = await asyncio.gather(*(
                one.ask("lobby.join", topic=self.topic) for one in racers))
            seated = [one for one in got if one["event"] == "reply"]
            self.assertEqual([one["seat"] for one in seated], [1], got)
            self.assertEqual({one.get("code", 120) for one in got}, {120})
            winner = f"racer-{got.index(seated[0])}"
            await self.all_show({0: "ann", 1: winner}, host="ann")
            await host.reply("lobby.kick", topic=self.topic, user=winner)
        told = await self.same_told()
        self.assertEqual(len(told), 1 + 2 * 10, told)

    async def test_a_lobby_is_made_once(self):
        await self.watched()
        makers = [await self.speaker(self.cluster.nodes[n % 3], f"maker-{n}")
                  for n in range(9)]
        got = await asyncio.gather(*(
            one.ask("lobby.create", topic=self.topic, seats=2)
            for one in makers))
        made = [number for number, one in enumerate(got)
                if one["event"] == "reply"]
        self.assertEqual(len(made), 1, got)
        self.assertEqual({one.get("code", 113) for one in got}, {113})
        await self.all_show({0: f"maker-{made[0]}"})

    async def test_a_held_seat_is_taken_back_on_another_node(self):
        await self.watched()
        _, bob, _ = await self.players()
        for number in (2, 0, 1):
            bob.socket.transport.abort()
            await self.watchers[0].sees("held", "bob")
            await self.all_show({0: "ann", 1: "bob", 2: "cyd"}, held=["bob"])
            bob = await self.speaker(self.cluster.nodes[number], "bob")
            got = await bob.reply("lobby.join", topic=self.topic)
            self.assertEqual(got["seat"], 1)
            await self.all_show({0: "ann", 1: "bob", 2: "cyd"})
        told = await self.same_told()
        self.assertEqual(told[3:], [("held", "bob"), ("joined", "bob")] * 3)

    async def test_all_who_join_are_there_until_they_go(self):
        """A seat comes before its player is a member, and is not held."""
        await self.watched()
        await self.player(0, "ann", "create", seats=RACERS + 1)
        racers = [await self.speaker(self.cluster.nodes[n % 3], f"racer-{n}")
                  for n in range(RACERS)]
        for _ in range(5):
            for call in ("join", "leave"):
                await asyncio.gather(*(
                    one.reply(f"lobby.{call}", topic=self.topic)
                    for one in racers))
        told = await self.same_told()
        self.assertEqual([one for one in told if one[0] == "held"], [])


class Ends(LobbyClusterTest):
    async def test_who_was_on_a_dead_node_is_held_and_has_left_once(self):
        await self.watched("brief.a")
        ann, _, cyd = await self.players()
        await ann.reply("lobby.leave", topic=self.topic)
        await self.watchers[0].sees("host", "bob")
        dan = await self.player(1, "dan")
        await dan.subscribe(self.topic)  # is a member, too
        await self.end(1, Node.kill)
        await self.all_show({2: "cyd"}, host="cyd")
        told = await self.same_told((0, 2))
        behind = told[told.index(("joined", "dan")) + 1:]
        self.assertEqual(sorted(behind[:2]), [("held", "bob"), ("held", "dan")])
        self.assertEqual(sorted(behind), [
            ("held", "bob"), ("held", "dan"), ("host", "cyd"), ("left", "bob"),
            ("left", "dan")])
        await self.all_list("brief.", {self.topic: 1})
        await cyd.reply("lobby.close", topic=self.topic)

    async def test_lists_have_nothing_of_a_dead_node_that_is_not_so(self):
        """Some lobbies were known to that node alone."""
        await self.watched("brief.kept")
        await self.players()
        for number in range(5):
            one = await self.speaker(self.cluster.nodes[1], f"lone-{number}")
            await one.reply("lobby.create", topic=f"brief.lone-{number}",
                            seats=2)
            await one.reply("lobby.create", topic=f"lobby.lone-{number}",
                            seats=2)
        one = await self.speaker(self.cluster.nodes[1], "last")
        for topic in ("lobby.lone-0", "lobby.lone-1"):
            await one.reply("lobby.join", topic=topic)
        await one.reply("lobby.leave", topic="lobby.lone-1")
        host = await self.speaker(self.cluster.nodes[1], "lone-2")
        await host.reply("lobby.join", topic="lobby.lone-2")
        await host.reply("lobby.start", topic="lobby.lone-2")
        host = await self.speaker(self.cluster.nodes[1], "lone-3")
        await host.reply("lobby.close", topic="lobby.lone-3")
        await self.end(1, Node.kill)
        wanted = {"lobby.lone-0": 2, "lobby.lone-1": 1, "lobby.lone-4": 1}
        await self.all_list("brief.", {self.topic: 2})
        await self.all_list("lobby.", wanted)
        await self.start(1)
        await self.all_list("lobby.", wanted)
        await self.all_list("brief.", {self.topic: 2})
        await self.is_as_listed(wanted)

    async def is_as_listed(self, wanted):
        for topic, taken in wanted.items():
            for node in self.cluster.nodes:
                one = await self.speaker(node, "looker")
                state = await shown(one, topic)
                self.assertEqual(len(state["seats"]), taken, topic)

    async def test_a_lobby_whose_making_was_cut_off_is_listed_if_it_is(self):
        """The node dies while it makes lobbies; others know each in the end."""
        await self.watched("brief.kept")
        makers = [await self.speaker(self.cluster.nodes[1], f"maker-{n}")
                  for n in range(20)]
        calls = [asyncio.create_task(one.ask(
            "lobby.create", topic=f"lobby.m-{n}", seats=2))
            for n, one in enumerate(makers)]
        await asyncio.wait(calls, return_when="FIRST_COMPLETED")
        self.cluster.nodes[1].process.kill()
        got = await asyncio.gather(*calls, return_exceptions=True)
        await self.end(1, Node.kill)
        made = {f"lobby.m-{n}" for n, one in enumerate(got)
                if not isinstance(one, Exception)}
        self.assertTrue(all(isinstance(one, Closed) for one in got
                            if isinstance(one, Exception)), got)
        asks = await self.speaker(self.cluster.nodes[0], "asks")
        there = set()
        for n in range(20):
            answer = await asks.ask("lobby.join", topic=f"lobby.m-{n}")
            if answer["event"] == "reply":
                there.add(f"lobby.m-{n}")
            else:
                self.assertEqual(answer["code"], 102, answer)
        self.assertLessEqual(made, there)
        await self.all_list("lobby.", dict.fromkeys(there, 2))

    async def test_a_drain_is_not_told_of_who_comes_back_elsewhere(self):
        await self.watched()
        _, bob, _ = await self.players()
        dan = await self.player(1, "dan")
        drained = asyncio.create_task(self.end(1))
        await bob.expect("reconnect", reason="drain")
        await self.player(0, "bob")  # before the old connection is closed
        await bob.close()
        _, end = await dan.up_to_the_end()
        self.assertEqual(end.code, 4000)
        await self.player(2, "dan")  # and after it
        await drained
        told = await self.same_told((0, 2))
        self.assertEqual(told, [("joined", one) for one in
                                ("ann", "bob", "cyd", "dan")])
        await self.all_show({0: "ann", 1: "bob", 2: "cyd", 3: "dan"})
        await self.all_list("lobby.", {self.topic: 4})

    async def test_nats_comes_back(self):
        await self.watched(nodes=2)
        ann = await self.player(0, "ann", "create", seats=3)
        before = await self.player(1, "bob")
        self.nats.kill()
        cyd = await self.speaker(self.cluster.nodes[1], "cyd")
        await cyd.refused(108, "lobby.join", topic=self.topic)
        await asyncio.to_thread(self.nats.start)

        async def has_seat():
            got = await cyd.ask("lobby.join", topic=self.topic)
            self.assertEqual(got.get("code", 108), 108, got)
            return got["event"] == "reply" and got["seat"] == 2
        await until(has_seat, "a seat is given")
        await self.all_show({0: "ann", 1: "bob", 2: "cyd"}, host="ann")
        await before.reply("lobby.ready", topic=self.topic)
        await ann.reply("lobby.set", topic=self.topic, patch={"n": 1})
        told = await self.same_told(range(2))
        self.assertEqual(told, [
            ("joined", "ann"), ("joined", "bob"), ("joined", "cyd"),
            ("ready", "bob"), ("state", "ann")])
        await self.all_list("lobby.", {self.topic: 3})

    async def test_a_node_that_was_paused_comes_back(self):
        await self.watched()
        _, bob, _ = await self.players()
        paused = self.cluster.nodes[1]
        paused.pause()
        try:
            await self.watchers[0].sees("held", "bob")
        finally:
            paused.resume()
        _, end = await bob.up_to_the_end()
        self.assertLess(end.code % 1000, 500, end)

        async def is_back():
            try:
                return await self.player(1, "bob")
            except (AssertionError, OSError):
                return None
        await until(is_back, "the node takes clients")
        await self.all_show({0: "ann", 1: "bob", 2: "cyd"}, host="ann")
        self.assertEqual(await self.same_told((0, 2)), [
            ("joined", "ann"), ("joined", "bob"), ("joined", "cyd"),
            ("held", "bob"), ("joined", "bob")])
        await self.all_list("lobby.", {self.topic: 3})
