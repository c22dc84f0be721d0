"""A publisher on Python's websockets that writes down each receipt. It knows
nothing of our SDK: it connects again, and sends again what got no answer."""

import asyncio
from collections import deque

import websockets

from support.node import Closed

AGAIN_S = 0.02  # between two attempts


class Publisher:
    """Publishes {name, n} for n = 0, 1, ..., several at a time, each with a
    key, until `stopping`; then until each has its receipt."""

    def __init__(self, connect, name, room, *, window):
        self.connect = connect  # makes a Speaker that has read its welcome
        self.name, self.room, self.window = name, room, window
        self.open = deque()  # numbers without a receipt, oldest first
        self.receipts = []  # (number, position), in the order of their coming
        self.again = 0  # messages that were sent more than once
        self.stopping = False

    async def run(self):
        while not self.stopping or self.open:
            try:
                one = await self.connect(self.name)
                try:
                    await self._publish(one)
                finally:
                    one.socket.transport.abort()
            except (Closed, OSError, websockets.WebSocketException,
                    asyncio.TimeoutError):
                await asyncio.sleep(AGAIN_S)  # not there yet

    async def _publish(self, one):
        sent = deque()  # (id, number) on this connection
        self.again += len(self.open)
        for number in self.open:
            await self._send(one, number, sent)
        while self.open or not self.stopping:
            while len(sent) < self.window and not self.stopping:
                self.open.append(len(self.receipts) + len(self.open))
                await self._send(one, self.open[-1], sent)
            if not sent:
                return
            got = await one.next()
            number_of = dict(sent)
            if got.get("id") not in number_of:
                continue
            assert got["event"] == "reply", got
            assert got["id"] == sent[0][0], "receipts in another order"
            _, number = sent.popleft()
            assert self.open.popleft() == number
            self.receipts.append((number, (got["epoch"], got["offset"])))

    async def _send(self, one, number, sent):
        one.last_id += 1
        sent.append((one.last_id, number))
        await one.raw(one.encoded({
            "event": "publish", "id": one.last_id, "topic": self.room,
            "key": f"{self.name}-{number}",
            "data": {"name": self.name, "n": number, "text": "y" * 64}}))
