"""NATS is far away: 50 ms in each direction, and one packet of a hundred is
lost. Nothing else is, and nobody is taken for dead."""

import asyncio

from chaos.play import Play
from support.nats import Nats
from support.netem import THERE, SlowNet, why_not
from support.settings import settings
from support.way import Way

DELAY_S, LOSS = 0.05, 0.01
PLAY_S = 3.0
LONG_PLAY_S = 60.0


class Delay(Play):
    async def test_packets_are_late_and_lost(self):
        """In the kernel's own TCP, where it lets us."""
        if lacks := why_not():
            self.skipTest(lacks)
        net = SlowNet(delay_s=DELAY_S, loss=LOSS)
        self.addCleanup(net.end)
        nats = Nats(enter=net.enter, host=THERE)
        await self.make_far(nats, [nats.url] * 3)
        await self.judged([self.some_time])
        self.assertGreater(net.carried, 1000)
        self.assertGreater(net.dropped, 0)
        print(f"{net.carried} packets, {net.dropped} lost", flush=True)

    async def test_bytes_are_late(self):
        """The same by a proxy, which needs no rights."""
        if not settings.long and not why_not():
            self.skipTest("packets can be late here")
        nats = Nats()
        ways = [await Way(nats.port, delay_s=DELAY_S, loss=LOSS).start()
                for _ in range(3)]
        for one in ways:
            self.addAsyncCleanup(one.end)
        await self.make_far(nats, [one.url for one in ways])
        await self.judged([self.some_time])
        self.assertGreater(sum(one.lost for one in ways), 0)

    async def make_far(self, nats, urls):
        self.urls = urls
        await self.make(nats)

    async def begin(self, count, more, nats, *, ways):
        self.nats = nats
        self.addCleanup(nats.end)
        await self.begin_at(self.urls, more)

    async def some_time(self, _):
        await asyncio.sleep(LONG_PLAY_S if settings.long else PLAY_S)
        for node in self.cluster.nodes:
            self.assertNotIn("cluster.died", node.printed())
            self.assertNotIn("cluster.fenced", node.printed())
