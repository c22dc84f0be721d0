"""A way to a server that a test can cut, freeze and slow down: a TCP proxy in
the test's own loop, for machines where the kernel's tools are not at hand."""

import asyncio
import random

READ_BYTES = 1 << 16
AGAIN_S = 0.2  # what is lost comes again after the least timeout of Linux


class Way:
    """`delay_s`: what each byte takes, in both directions. `loss`: how often a
    piece is lost, so that it and what follows come later."""

    def __init__(self, port, *, delay_s=0.0, loss=0.0):
        self.target, self.delay_s, self.loss = port, delay_s, loss
        self.open = True
        self.flows = asyncio.Event()
        self.flows.set()
        self.writers, self.tasks = set(), set()
        self.pieces = self.lost = 0

    async def start(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    @property
    def url(self):
        return f"nats://127.0.0.1:{self.port}"

    # -- what a test does -----------------------------------------------------

    def cut(self):
        """Ends what there is, and lets nobody in."""
        self.open = False
        for one in list(self.writers):
            one.transport.abort()

    def freeze(self):
        """Nothing goes through, and nobody is told: as a cable that is out."""
        self.flows.clear()

    def heal(self):
        self.open = True
        self.flows.set()

    async def end(self):
        self.server.close()
        self.cut()
        for one in list(self.tasks):
            one.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    # -- connections ----------------------------------------------------------

    async def _serve(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        self.writers.add(writer)
        far = None
        try:
            if not self.open:
                return
            await self.flows.wait()
            far_reader, far = await asyncio.open_connection(
                "127.0.0.1", self.target)
            self.writers.add(far)
            pumps = [asyncio.create_task(self._pump(*ends)) for ends in
                     ((reader, far), (far_reader, writer))]
            try:
                await asyncio.wait(pumps, return_when="FIRST_COMPLETED")
            finally:
                for one in pumps:
                    one.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self.tasks.discard(asyncio.current_task())
            for one in (writer, far):
                if one:
                    self.writers.discard(one)
                    one.transport.abort()

    async def _pump(self, reader, writer):
        pieces = asyncio.Queue(256)
        sending = asyncio.create_task(self._send(pieces, writer))
        try:
            while data := await reader.read(READ_BYTES):
                due = asyncio.get_running_loop().time() + self.delay_s
                self.pieces += 1
                if self.loss and random.random() < self.loss:
                    self.lost += 1
                    due += AGAIN_S + self.delay_s
                await pieces.put((due, data))
            await pieces.put((0, b""))
            await sending
        except OSError:
            pass
        finally:
            sending.cancel()

    async def _send(self, pieces, writer):
        loop = asyncio.get_running_loop()
        while (piece := await pieces.get())[1]:
            if (wait := piece[0] - loop.time()) > 0:
                await asyncio.sleep(wait)
            await self.flows.wait()
            writer.write(piece[1])
            await writer.drain()
