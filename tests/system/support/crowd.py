"""Thousands of clients in this process, as small as can be, and followers of
one room that check each event as it comes."""

import asyncio
import json
import time

from support import frames
from support.client import new_key, upgrade_request
from support.node import JSON
from support.tokens import token
from support.waiting import DEADLINE_S

AGAIN_S = 0.1  # before the next attempt of who was refused
ATTEMPTS_AT_ONCE = 1000  # handshakes that one process can have open


class SmallClient(asyncio.Protocol):
    """A WebSocket client of one user over any number of connections, one after
    the other. What the node says goes to `_event`, which sets `live`."""

    def __init__(self, user):
        self.user, self.bearer = user, token(user)
        self.failure = None
        self.refusals = 0  # of the upgrade, with 503
        self.transport = None

    async def connect(self, port):
        """Returns when `live` is set."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            self.upgraded, self.head = False, b""
            self.reader = frames.FrameReader()
            loop = asyncio.get_running_loop()
            self.live = loop.create_future()
            self.is_live = False
            await loop.create_connection(lambda: self, "127.0.0.1", port)
            if await self.live:
                return
            await asyncio.sleep(AGAIN_S)  # 503
        raise AssertionError("the node lets nobody in")

    def connection_made(self, transport):
        self.transport = transport
        self.gone = asyncio.get_running_loop().create_future()
        transport.write(upgrade_request(
            new_key(), path="/ws", protocols=[JSON],
            more=[f"Authorization: Bearer {self.bearer}"]))

    def connection_lost(self, error):
        self.gone.set_result(error)
        if not self.live.done():
            self.live.set_result(False)

    def data_received(self, data):
        try:
            if not self.upgraded:
                data = self._upgrade(data)
            self.reader.feed(data)
            while self.transport and (one := self.reader.next()):
                self._frame(one)
        except Exception as error:  # pylint: disable=broad-except
            self._fail(error)

    def _upgrade(self, data):
        self.head += data
        head, ended, rest = self.head.partition(b"\r\n\r\n")
        if not ended:
            return b""
        status = int(head.split(b" ", 2)[1])
        if status == 503:
            self.refusals += 1
            self.transport.close()
            return b""
        assert status == 101, head
        self.upgraded = True
        return rest

    def _fail(self, error):
        self.failure = self.failure or error
        self.transport.abort()
        if not self.live.done():
            self.live.set_exception(error)

    def _frame(self, one):
        if one.opcode == frames.TEXT:
            self._event(json.loads(one.payload))
        elif one.opcode == frames.PING:
            self.transport.write(frames.pong(one.payload))
        elif one.opcode == frames.CLOSE:
            self.transport.write(frames.close(one.close_code))
            self.transport.close()

    def _say(self, **fields):
        self.transport.write(frames.text(json.dumps(fields).encode()))

    def _event(self, got):
        raise NotImplementedError


class Follower(SmallClient):
    """Follows a room. Messages are {"n": 0, 1, 2, ...}; none may be missing,
    come twice, or in another order."""

    def __init__(self, room, user):
        super().__init__(user)
        self.room = room
        self.cursor = None  # the position of the last event
        self.expected = 0  # n of the next message
        self.missed = 0  # messages that came before `live`, all in all

    def _event(self, got):
        event = got["event"]
        if event == "welcome":
            since = {"since": self.cursor, "must_recover": True}
            self._say(event="subscribe", id=1, topic=self.room,
                      **(since if self.cursor else {}))
        elif event == "reply":
            if self.cursor is None:
                self.cursor = {"epoch": got["epoch"], "offset": got["offset"]}
            else:
                assert got["recovered"] and got["mode"] == "replay", got
        elif event == "message":
            assert got["data"]["n"] == self.expected, (self.expected, got)
            self.expected += 1
            self.missed += not self.is_live
            self._move(got)
        elif event in ("joined", "left"):
            self._move(got)
        elif event == "snapshot":  # the room is small enough for a list again
            self.cursor["offset"] = got["offset"]
        elif event == "live":
            self.cursor["offset"] = max(self.cursor["offset"], got["offset"])
            self.is_live = True
            if not self.live.done():
                self.live.set_result(True)
        else:
            assert event in ("members", "gap"), got  # a gap is repaired

    def _move(self, got):
        assert got["offset"] > self.cursor["offset"], (self.cursor, got)
        self.cursor["offset"] = got["offset"]


class Crowd:
    """Followers, several of each user."""

    def __init__(self, room, size, users):
        self.users = [f"crowd-{number}" for number in range(users)]
        self.all = [Follower(room, self.users[number % users])
                    for number in range(size)]

    async def connect(self, port):
        """All at once, as far as one process can."""
        gate = asyncio.Semaphore(ATTEMPTS_AT_ONCE)

        async def connect(one):
            async with gate:
                await one.connect(port)

        await asyncio.gather(*map(connect, self.all))

    async def gone(self):
        """Waits until the node has ended all connections."""
        await asyncio.gather(*(one.gone for one in self.all))

    def behind(self, expected):
        """How many wait for a message before this; raises what failed."""
        for one in self.all:
            if one.failure:
                raise one.failure
        return sum(one.expected < expected for one in self.all)

    def end(self):
        for one in self.all:
            if one.transport:
                one.transport.abort()
