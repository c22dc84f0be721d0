"""Nodes and NATS are killed, paused, cut off and restarted under load."""

import asyncio

from chaos.faults import OF_ONE_NATS, OF_THREE_NATS
from chaos.play import Play
from support.nats import Nats, ReplicatedNats
from support.settings import settings


class Chaos(Play):
    async def test_faults_with_one_nats(self):
        rounds = 5 if settings.long else 1
        for number in range(rounds):
            with self.subTest(round=number):
                await self.make(Nats())
                faults = list(OF_ONE_NATS)
                self.dice.shuffle(faults)
                await self.judged(faults)
                await asyncio.to_thread(self.crowd.end)
                await asyncio.to_thread(self.cluster.stop_all)

    async def test_faults_with_three_nats(self):
        nats = await asyncio.to_thread(ReplicatedNats)
        await self.make(nats, "cluster { log { replicas = 3 } }")
        rounds = 10 if settings.long else 1
        faults = [OF_THREE_NATS[n % 3] for n in range(rounds)]
        await self.judged(faults)
