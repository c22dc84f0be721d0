"""A thousand players race for four seats of a lobby over three nodes, of which
one is killed meanwhile. Rounds are judged one by one (race_judge.py)."""

import asyncio
import json
import random
import tempfile
import time

from chaos.race_judge import judge
from chaos.racers import Player
from support.cluster import ClusterTest
from support.lobbies import Watcher
from support.node import Node
from support.settings import settings
from support.waiting import DEADLINE_S, until

SEATS = 4
PLAYERS = 1000
AT_ONCE = 100  # handshakes
WAVE = 25  # calls between which others get their turn
MORE = """
topics { lobby { match = "lobby.*", kind = lobby, lobby { hold = 5m } } }
"""


class Race(ClusterTest):
    async def test_four_seats_are_given_once(self):
        rounds = 100 if settings.long else 5
        self.seed = random.randrange(1 << 32)
        self.dice = random.Random(self.seed)
        await self.begin(more=MORE)
        self.players = [Player(f"player-{n:03}") for n in range(PLAYERS)]
        self.addCleanup(self.end_players)
        await self.connect_all()
        self.watchers = [await self.watcher(at) for at in range(3)]
        took = []
        for number in range(rounds):
            begun = time.monotonic()
            await self.round(f"lobby.race-{number}")
            took.append(time.monotonic() - begun)
        print(f"\n{rounds} rounds, each {min(took):.1f} to {max(took):.1f} s, "
              f"{sum(took) / rounds:.1f} s on average", flush=True)

    def end_players(self):
        for one in self.players:
            if one.transport:
                one.transport.abort()

    # -- who is there ---------------------------------------------------------

    def home(self, player):
        """The number of this player's node."""
        return self.players.index(player) % 3

    async def connect_all(self):
        """Those that have no connection."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def connect(number, one):
            async with gate:
                await one.connect(self.cluster.nodes[number % 3].port)
        await asyncio.gather(*(
            connect(number, one) for number, one in enumerate(self.players)
            if not one.transport or not one.is_there()))

    async def watcher(self, at):
        one = Watcher(await self.speaker(self.cluster.nodes[at],
                                         f"watcher-{at}"))
        self.addAsyncCleanup(one.stop)
        return one

    # -- a round --------------------------------------------------------------

    async def round(self, topic):
        self.topic, self.calls = topic, []
        victim = self.dice.randrange(3)
        try:
            await self.open_lobby()
            restarting = await self.race(victim)
            watching = [one for at, one in enumerate(self.watchers)
                        if at != victim]
            await self.heard_all(watching)
            await self.top_up(victim, watching[0])
            await restarting
            logs = await self.back_again(victim, watching)
            await self.judged(logs)
        except BaseException:
            print(f"\n{topic}, seed {self.seed}", flush=True)
            raise

    async def open_lobby(self):
        """All its seats are free."""
        for one in self.watchers:
            await one.watch(self.topic)
        maker = await self.speaker(self.dice.choice(self.cluster.nodes),
                                   "maker")
        sent = time.time()
        made = await maker.reply("lobby.create", topic=self.topic, seats=SEATS)
        self.calls.append({"user": "maker", "move": "join", "sent": sent,
                           "answered": time.time(), "answer": made})
        await maker.reply("lobby.leave", topic=self.topic)
        await maker.close()

    async def race(self, victim):
        """All ask for a seat, each through its own node, and one node dies
        meanwhile. In about every other round the first who have one give it up
        at once. Returns the task that starts the node again."""
        order = self.dice.sample(self.players, PLAYERS)
        dies_at = self.dice.randrange(PLAYERS // 10, PLAYERS * 9 // 10)
        self.leavers = self.dice.choice((0, 6))
        restarting, asked = None, []
        for number, one in enumerate(order):
            if number == dies_at:
                restarting = asyncio.create_task(self.kill_and_start(victim))
            if number % WAVE == 0:
                await asyncio.sleep(0)
            if one.is_there():
                asked.append(asyncio.create_task(self.try_for_seat(one)))
        await asyncio.wait_for(asyncio.gather(*asked), DEADLINE_S)
        return restarting

    async def kill_and_start(self, number):
        await asyncio.to_thread(self.cluster.end, number, Node.kill)
        await asyncio.to_thread(self.cluster.start, number)

    async def call(self, player, move):
        call = player.ask(move, self.topic)
        self.calls.append(call)
        await call["done"]
        return call["answer"] or {}

    async def try_for_seat(self, player):
        got = await self.call(player, "join")
        if "seat" in got and self.leavers and player.is_there():
            self.leavers -= 1
            await self.call(player, "leave")

    async def heard_all(self, watchers):
        """What anybody was answered has been told."""
        newest = max(call["answer"]["offset"] for call in self.calls
                     if "offset" in (call["answer"] or {}))

        async def heard():
            return all(one.offset() >= newest for one in watchers)
        await until(heard, f"{self.topic} is told up to {newest}")

    async def top_up(self, victim, watcher):
        """Seats that were given up late are asked for again."""
        left = [one for at, one in enumerate(self.players) if at % 3 != victim]
        while len(watcher.seats()[0]) < SEATS:
            await self.call(self.dice.choice(left), "join")
            await self.heard_all([watcher])

    # -- afterwards -----------------------------------------------------------

    async def back_again(self, victim, watching):
        """Whose node died comes back, and has the seat that is held."""
        logs = {f"n{self.watchers.index(one) + 1}": one.log
                for one in watching}
        dead = {one.user for at, one in enumerate(self.players)
                if at % 3 == victim}

        async def all_are_held():
            seats, held = watching[0].seats()
            return held == dead & set(seats.values())
        await until(all_are_held, "who was at the dead node is held")
        await self.connect_all()
        seats, _ = watching[0].seats()
        for player in self.players:
            if player.user in dead and player.user in seats.values():
                got = await self.call(player, "join")
                self.assertEqual(seats.get(got.get("seat")), player.user, got)
        await self.heard_all(watching)
        await self.watchers[victim].end()
        self.watchers[victim] = await self.watcher(victim)
        return logs

    async def ends(self):
        """The lobby as each node shows it to somebody new."""
        said = {}
        for node in self.cluster.nodes:
            one = await self.speaker(node, "late")
            await one.reply("subscribe", topic=self.topic, snapshot=True)
            got = await one.expect("snapshot")
            state = got["state"]
            said[node.name] = {
                "offset": got["offset"], "host": state["host"],
                "seats": {one["seat"]: one["user"] for one in state["seats"]}}
            await one.close()
        return said

    async def hashes(self):
        """Of all nodes, at one place of the log."""
        said = {}

        async def at_one_place():
            path = f"/rooms/state?topic={self.topic}"
            for node in self.cluster.nodes:
                _, body = await asyncio.to_thread(node.get, path, internal=True)
                said[node.name] = json.loads(body)
            return len({one.get("offset") for one in said.values()}) == 1
        await until(at_one_place, "all nodes are at one place")
        return said

    async def judged(self, logs):
        race = {"seats": SEATS, "logs": logs, "ends": await self.ends(),
                "hashes": await self.hashes(), "calls": [
                    {name: value for name, value in call.items()
                     if name != "done"} for call in self.calls]}
        findings = judge(race)
        if findings:
            with tempfile.NamedTemporaryFile(
                    "w", prefix="race-", suffix=".json", delete=False) as file:
                json.dump({"race": race, "findings": findings,
                           "seed": self.seed}, file)
            print(f"\nkept in {file.name}", flush=True)
        self.assertEqual(findings[:20], [])
        self.assertEqual([one.failure for one in self.players if one.failure],
                         [])
        for call in self.calls:  # all that a living node was asked
            if call["user"] != "maker" and call["answer"] is None:
                self.assertFalse(call["done"].result())
