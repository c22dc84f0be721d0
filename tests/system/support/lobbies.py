"""What tests of lobbies have in common: classes of topics, and how to read what
subscribers are told."""

import asyncio
import time

from support.node import Closed
from support.node_test import NodeTest
from support.waiting import until

LOBBIES = """
topics {
  lobby { match = "lobby.>", kind = lobby }
  brief { match = "brief.*", kind = lobby, state-bytes-max = 64
          lobby { seats-max = 4, info-bytes-max = 32 B
                  hold = 300ms, empty-ttl = 300ms, started-ttl = 300ms } }
  few { match = "few.*", kind = lobby, lobby { listed-max = 2 } }
}
"""
CHANGED = "lobby.changed"


class LobbyTest(NodeTest):
    """Each test has a prefix of lobbies for itself, and one lobby below it."""

    more = LOBBIES

    def setUp(self):
        super().setUp()
        self.prefix = f"lobby.{self._testMethodName}."
        self.listing = f"$lobbies.{self.prefix[:-1]}"
        self.lobby = self.prefix + "a"
        self.brief = f"brief.{self._testMethodName}"

    async def created(self, host="ann", topic=None, *, seats=4, **setup):
        """A speaker who made a lobby."""
        one = await self.speaker(host)
        await one.reply("lobby.create", topic=topic or self.lobby, seats=seats,
                        **setup)
        return one

    async def joined(self, user, topic=None, **fields):
        one = await self.speaker(user)
        await one.reply("lobby.join", topic=topic or self.lobby, **fields)
        return one

    async def watcher(self, topic=None, user="watcher"):
        one = await self.speaker(user)
        await one.subscribe(topic or self.lobby)
        return one


async def changed(one, change, **fields):
    """The next change of a lobby is this one; other events are passed over."""
    while (got := await one.next())["event"] != CHANGED:
        pass
    assert got["change"] == change, f"expected {change}, got {got}"
    for name, value in fields.items():
        assert got.get(name) == value, f"{name}: expected {value!r}: {got}"
    return got


async def shown(one, topic):
    """The state in a snapshot; it stays subscribed."""
    await one.reply("subscribe", topic=topic, snapshot=True)
    while (got := await one.next())["event"] != "snapshot":
        pass
    return got["state"]


async def listed(one, prefix, **fields):
    """{topic: taken} of one page."""
    got = await one.reply("lobby.list", prefix=prefix, **fields)
    return {lobby["topic"]: lobby["taken"] for lobby in got["lobbies"]}


def seats_in(state):
    return {one["seat"]: one["user"] for one in state["seats"]}


class Watcher:
    """Keeps what one node tells of one lobby after another, each event with the
    time when it was `heard`."""

    def __init__(self, speaker):
        self.speaker = speaker
        self.log, self.topic = [], None
        self.read_up_to = 0  # offset of the last event, of whatever kind
        self.reading = None

    async def watch(self, topic):
        """Before the lobby is there, so that its whole log is heard."""
        await self.end()
        self.topic, self.log, self.read_up_to = topic, [], 0
        await self.speaker.subscribe(topic)
        self.speaker.early.clear()
        self.reading = asyncio.create_task(self._read())

    async def _read(self):
        while self.reading:  # wait_for of Python 3.11 may lose a cancellation
            try:
                got = await self.speaker.next()
            except asyncio.TimeoutError:
                continue  # there was nothing to tell
            except Closed:
                return
            if got.get("topic") != self.topic:
                continue
            self.read_up_to = got.get("offset", self.read_up_to)
            if got["event"] == CHANGED:
                self.log.append({**got, "heard": time.time()})

    async def stop(self):
        """Reads no more; whether it did before."""
        if not (reading := self.reading):
            return False
        self.reading = None
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        return True

    async def end(self):
        """No more of this lobby."""
        if await self.stop() and not self.speaker.socket.closed:
            await self.speaker.reply("unsubscribe", topic=self.topic)

    def offset(self):
        return self.log[-1]["offset"] if self.log else 0

    def seats(self):
        """By this log, which the judge looks at later: {seat: user}, and who
        of them are held."""
        now, held = {}, set()
        for one in self.log:
            user = one.get("user")
            if one["change"] == "joined":
                now[one["seat"]] = user
                held.discard(user)
            elif one["change"] == "held":
                held.add(user)
            elif one["change"] in ("left", "kicked"):
                now.pop(one["seat"], None)
                held.discard(user)
        return now, held

    async def sees(self, change, user):
        """Waits until this change of this user is told."""
        async def seen():
            return (change, user) in self.changes()
        await until(seen, f"{self.topic}: {change} {user}")

    def changes(self):
        return [(one["change"], one.get("user")) for one in self.log]
