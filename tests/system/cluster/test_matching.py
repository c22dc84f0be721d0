"""Many look for a match at once, on all nodes: no lobby has more players than
seats, and hardly any lobby is made that the others do not need."""

import asyncio
import time
from collections import Counter

from support.cluster import ClusterTest
from support.lobbies import listed, seats_in, shown
from support.node import JSON, MSGPACK
from support.waiting import until

SEEKERS, SEATS = 200, 4
NEEDED = SEEKERS // SEATS
MORE_THAN_NEEDED_MAX = 6  # lobbies
LOBBIES = 'topics { lobby { match = "lobby.>", kind = lobby } }'
PREFIX = "lobby.duel."


class Matching(ClusterTest):
    async def seekers(self):
        nodes = self.cluster.nodes
        return await asyncio.gather(*(
            self.speaker(nodes[n % 3], f"seeker-{n:03}",
                         subprotocol=(JSON, MSGPACK)[n % 2])
            for n in range(SEEKERS)))

    async def test_all_get_seats_and_no_lobby_has_too_many(self):
        await self.begin(more=LOBBIES)
        seekers = await self.seekers()
        begun = time.monotonic()
        got = await asyncio.gather(*(
            one.reply("lobby.match", prefix=PREFIX, seats=SEATS,
                      info={"mode": "duel"}) for one in seekers))
        took = time.monotonic() - begun
        taken = Counter((one["topic"], one["seat"]) for one in got)
        self.assertEqual(max(taken.values()), 1, "a seat was given twice")
        lobbies = Counter(one["topic"] for one in got)
        self.assertEqual(sum(one["created"] for one in got), len(lobbies))
        print(f"\n{SEEKERS} seekers have seats in {len(lobbies)} lobbies "
              f"after {took:.1f} s", flush=True)
        self.assertLessEqual(len(lobbies), NEEDED + MORE_THAN_NEEDED_MAX)
        await self.are_listed(lobbies)
        await self.show(lobbies, {
            f"seeker-{n:03}": one for n, one in enumerate(got)})

    async def are_listed(self, lobbies):
        """On each node, in time."""
        for node in self.cluster.nodes:
            one = await self.speaker(node, "lister")

            async def same(asked=one):
                return await listed(asked, PREFIX, limit=1000) == lobbies
            await until(same, f"{node.name} lists all as they are")

    async def show(self, lobbies, answers):
        """All have the seats that they were told of."""
        looker = await self.speaker(self.cluster.nodes[0], "looker")
        seats = {}
        for topic in lobbies:
            for seat, user in seats_in(await shown(looker, topic)).items():
                self.assertLess(seat, SEATS)
                self.assertNotIn(user, seats)
                seats[user] = (topic, seat)
            await looker.reply("unsubscribe", topic=topic)
        self.assertEqual(seats, {user: (one["topic"], one["seat"])
                                 for user, one in answers.items()})
