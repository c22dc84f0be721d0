"""A real node on free ports, and clients of it on Python's websockets."""

import asyncio
import json
import re
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import msgpack
import websockets
from websockets.exceptions import ConnectionClosed

from support.server import Server
from support.settings import settings
from support.tokens import SECRET, token
from support.waiting import DEADLINE_S

CONFIGURATION = """
node { threads = 2 }
http { address = "127.0.0.1", port = %(port)d, internal-port = 0 }
session { token { hmac-secret = "%(secret)s" } }
topics {
  chat { match = "chat.*", kind = room }
  news { match = "news.>", kind = topic }
}
log { format = json, level = debug }
"""
READY = (r'"event":"node.ready".*?"port":(\d+),"internal_port":(\d+)')
JSON, MSGPACK = "rookery.v1.json", "rookery.v1.msgpack"


class Node(Server):
    """`more` is HOCON behind the configuration above."""

    def __init__(self, more="", *, port=0, ready=READY):
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name, "node.conf")
        self.file.write_text(
            CONFIGURATION % {"port": port, "secret": SECRET} + more)
        super().__init__([settings.node, "serve", "-c", str(self.file)], ready,
                         port=port)
        if ready == READY:
            self.internal_port = int(self.ready[2])

    def generated_token(self, *options):
        """A token of the program's own command."""
        return subprocess.run(
            [settings.node, "gen-token", "-c", str(self.file), *options],
            check=True, capture_output=True, text=True,
            timeout=DEADLINE_S).stdout.strip()

    def url(self, path="/ws"):
        return f"ws://127.0.0.1:{self.port}{path}"

    def get(self, path, *, internal=False):
        """Status and body of an HTTP request."""
        port = self.internal_port if internal else self.port
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}",
                                        timeout=DEADLINE_S) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def metric(self, name):
        """The value of a metric: `name`, or `name{label="value"}`."""
        _, text = self.get("/metrics", internal=True)
        return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)[1])

    async def speaker(self, user=None, subprotocol=JSON, **claims):
        """A client with a token for `user` that has read its welcome."""
        one = await self.stranger(subprotocol, token(user, **claims))
        one.welcome = await one.expect("welcome")
        return one

    async def stranger(self, subprotocol=JSON, bearer=None, path="/ws",
                       **options):
        """A client, with this token or none, that has read nothing. Of the
        subprotocol, one, a list or none is offered."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        headers |= options.pop("headers", {})
        offered = ([subprotocol] if isinstance(subprotocol, str)
                   else subprotocol)
        socket = await websockets.connect(
            self.url(path), subprotocols=offered, extra_headers=headers,
            ping_interval=None, open_timeout=DEADLINE_S, max_size=None,
            compression=options.pop("compression", None), **options)
        return Speaker(socket)


class Closed(AssertionError):
    """The connection ended, with this code, while an event was waited for."""

    def __init__(self, code, reason):
        super().__init__(f"closed with {code} {reason!r}")
        self.code, self.reason = code, reason


class Speaker:
    """One connection, in the encoding that was chosen for it."""

    def __init__(self, socket):
        self.socket = socket
        self.binary = socket.subprotocol == MSGPACK
        self.last_id = 0
        self.early = []  # events that came before an answer

    def encoded(self, message):
        return (msgpack.packb(message, use_bin_type=True) if self.binary
                else json.dumps(message, ensure_ascii=False))

    def decoded(self, message):
        assert isinstance(message, bytes) == self.binary, "wrong kind of frame"
        return (msgpack.unpackb(message, raw=False) if self.binary
                else json.loads(message))

    async def send(self, event, **fields):
        """Sends without an id: nobody answers."""
        await self.raw(self.encoded({"event": event, **fields}))

    async def raw(self, message):
        try:
            await self.socket.send(message)
        except ConnectionClosed:
            raise self._closed() from None

    def _closed(self):
        return Closed(self.socket.close_code, self.socket.close_reason)

    async def _receive(self):
        try:
            return self.decoded(await asyncio.wait_for(self.socket.recv(),
                                                       DEADLINE_S))
        except ConnectionClosed:
            raise self._closed() from None

    async def next(self):
        """The next event or answer, in the order in which they came."""
        return self.early.pop(0) if self.early else await self._receive()

    async def expect(self, event, **fields):
        """The next one is this event and has these fields."""
        got = await self.next()
        assert got.get("event") == event, f"expected {event}, got {got}"
        for name, value in fields.items():
            assert got.get(name) == value, f"{name}: expected {value!r}: {got}"
        return got

    async def ask(self, event, **fields):
        """Sends with an id; returns its answer. What comes before it is kept
        for `next`."""
        self.last_id += 1
        await self.raw(self.encoded(
            {"event": event, "id": self.last_id, **fields}))
        while (got := await self._receive()).get("id") != self.last_id:
            self.early.append(got)
        return got

    async def reply(self, event, **fields):
        """The answer must be a reply."""
        got = await self.ask(event, **fields)
        assert got["event"] == "reply", f"{event} was refused: {got}"
        return got

    async def refused(self, code, event, **fields):
        """The answer must be this error; returns its message."""
        got = await self.ask(event, **fields)
        assert (got["event"], got.get("code")) == ("error", code), (
            f"expected error {code}, got {got}")
        return got["message"]

    async def subscribe(self, topic, **fields):
        """The reply; the `live` of a topic with a log is read, too."""
        got = await self.reply("subscribe", topic=topic, **fields)
        if "offset" in got:
            while (event := await self._receive())["event"] != "live":
                self.early.append(event)
        return got

    async def closed(self, code, reason):
        """Nothing more comes but the end, with this code and reason."""
        try:
            got = await self.next()
        except Closed as end:
            assert (end.code, end.reason) == (code, reason), end
        else:
            raise AssertionError(f"expected close {code}, got {got}")

    async def up_to_the_end(self):
        """All that comes before the connection ends, and how it does."""
        got = []
        try:
            while True:
                got.append(await self.next())
        except Closed as end:
            return got, end

    async def close(self):
        """The closing handshake. What is still unread is dropped: it would
        keep the server's close frame from being read."""
        await asyncio.gather(self.socket.close(), self._drop_all())

    async def _drop_all(self):
        try:
            async for _ in self.socket:
                pass
        except (ConnectionClosed, RuntimeError):  # over, or somebody else reads
            pass
