"""One WebSocket client on a plain socket: sends any bytes, reads strictly."""

import base64
import hashlib
import os
import select
import socket
import ssl
import struct
import threading
import time

from support import frames
from support.waiting import DEADLINE_S

READ_BYTES = 1 << 18
RECORD_BYTES = 1 << 14  # the most that goes into one TLS record
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def connect(port, *, tls=None, receive_buffer=None):
    """A TCP or TLS connection to the server. Every call on it has a deadline."""
    plain = socket.socket()
    if receive_buffer:  # before connecting: the window is chosen there
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.settimeout(DEADLINE_S)
    plain.connect(("127.0.0.1", port))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not tls:
        return plain
    # Not suppressed: a stream must end with close_notify (RFC 8446, 6.1).
    return SharedTls(tls.wrap_socket(plain, server_hostname="localhost",
                                     suppress_ragged_eofs=False))


class SharedTls:
    """A TLS socket that one thread may write to while another reads. OpenSSL
    wants one call at a time for each session, and none of ours may wait inside:
    the server perhaps reads on only when we have read."""

    def __init__(self, sock):
        self._sock = sock
        self._sock.setblocking(False)
        self._timeout = DEADLINE_S
        self._one_at_a_time = threading.Lock()

    def __getattr__(self, name):
        return getattr(self._sock, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._sock.close()

    def settimeout(self, seconds):
        self._timeout = seconds

    def _call(self, call, *arguments):
        end = time.monotonic() + self._timeout
        while True:
            with self._one_at_a_time:
                try:
                    return call(*arguments)
                except ssl.SSLWantReadError:
                    event = select.POLLIN
                except ssl.SSLWantWriteError:
                    event = select.POLLOUT
            ready = select.poll()
            ready.register(self._sock, event)
            left_ms = max(0, end - time.monotonic()) * 1000
            if not ready.poll(left_ms):
                raise TimeoutError("nothing came or went in time")

    def recv(self, bytes_max):
        return self._call(self._sock.recv, bytes_max)

    def unwrap(self):
        plain = self._call(self._sock.unwrap)
        plain.settimeout(self._timeout)
        return plain

    def sendall(self, data):
        left = memoryview(data)
        while left:
            left = left[self._call(self._sock.send, left[:RECORD_BYTES]):]


def upgrade_request(key, *, path="/", protocols=(), extensions="", more=()):
    """The bytes of an opening handshake (RFC 6455, section 4.1)."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket",
             "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
             "Sec-WebSocket-Version: 13"]
    if protocols:
        lines.append("Sec-WebSocket-Protocol: " + ", ".join(protocols))
    if extensions:
        lines.append("Sec-WebSocket-Extensions: " + extensions)
    return "\r\n".join([*lines, *more, "", ""]).encode()


def new_key():
    return base64.b64encode(os.urandom(16)).decode()


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


class Response:
    """The head of an HTTP answer, and its body if it has one."""

    def __init__(self, head):
        first, *lines = head.decode("latin-1").split("\r\n")
        self.version, status, *_ = first.split(" ", 2)
        self.status = int(status)
        self.headers = {}
        for line in lines:
            name, value = line.split(":", 1)
            assert name.lower() not in self.headers, f"{name} twice"
            self.headers[name.lower()] = value.strip()
        self.body = b""


def read_response(sock, waiting=b"", *, head_only=False):
    """One HTTP answer and the bytes behind it."""
    while b"\r\n\r\n" not in waiting:
        data = sock.recv(READ_BYTES)
        assert data, f"the connection ended within an answer: {waiting!r}"
        waiting += data
    head, waiting = waiting.split(b"\r\n\r\n", 1)
    response = Response(head)
    length = int(response.headers.get("content-length", "0"))
    if head_only or response.status < 200:
        return response, waiting
    while len(waiting) < length:
        data = sock.recv(READ_BYTES)
        assert data, "the connection ended within a body"
        waiting += data
    response.body = waiting[:length]
    return response, waiting[length:]


class Client:
    """An upgraded connection.

    `early` is sent together with the request. A read that takes too long, a
    reset, or a frame that no server may send fails the test."""

    def __init__(self, port, *, tls=None, receive_buffer=None, early=b"",
                 **request):
        self.sock = connect(port, tls=tls, receive_buffer=receive_buffer)
        try:
            key = new_key()
            self.sock.sendall(upgrade_request(key, **request) + early)
            self.response, rest = read_response(self.sock)
            self._check_upgrade(key)
        except BaseException:
            self.sock.close()
            raise
        self.protocol = self.response.headers.get("sec-websocket-protocol")
        self.extensions = self.response.headers.get("sec-websocket-extensions",
                                                    "")
        self.reader = frames.FrameReader(bool(self.extensions))
        self.reader.feed(rest)

    def _check_upgrade(self, key):
        got, headers = self.response, self.response.headers
        assert got.status == 101, f"HTTP {got.status}: {got.body!r}"
        assert headers["upgrade"].lower() == "websocket", headers
        assert headers["connection"].lower() == "upgrade", headers
        assert headers["sec-websocket-accept"] == accept_of(key), headers

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    @property
    def local_port(self):
        return self.sock.getsockname()[1]

    def send(self, *parts, chop=None):
        """Sends bytes in one go, or `chop` octets at a time."""
        data = b"".join(parts)
        if not chop:
            return self.sock.sendall(data)
        for at in range(0, len(data), chop):
            self.sock.sendall(data[at:at + chop])

    def read_some(self, bytes_max=READ_BYTES):
        """Reads what is there into the frame reader; False at the end."""
        data = self.sock.recv(bytes_max)
        self.reader.feed(data)
        return bool(data)

    def next(self):
        """The next frame; None at the end of the stream."""
        end = time.monotonic() + DEADLINE_S
        while (one := self.reader.next()) is None:
            assert time.monotonic() < end, "no complete frame in time"
            if not self.read_some():
                assert not self.reader.waiting, "the stream ended in a frame"
                return None
        return one

    def rest(self):
        """All frames up to the end of the stream."""
        end, got = time.monotonic() + DEADLINE_S, []
        while (one := self.next()) is not None:
            got.append(one)
            assert time.monotonic() < end, f"no end in time, but {one}"
        return got

    def close_cleanly(self, code=1000):
        """The closing handshake, begun by us: exactly the same code comes
        back, and then the server ends the stream."""
        self.send(frames.close(code))
        self.expect_end(code)

    def expect_end(self, code, *, exactly=False):
        """Nothing comes any more but a close frame with `code`."""
        got = self.rest()
        assert len(got) == 1 and got[0].opcode == frames.CLOSE, (
            f"expected close {code} only, got {[str(one) for one in got]}")
        assert got[0].close_code == code, f"expected {code}, got {got[0]}"
        if exactly:
            assert len(got[0].payload) == 2, f"a reason came back: {got[0]}"

    def vanish(self):
        """Ends the connection with a reset, as a crashed machine does."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()


def trusting(certificate):
    """A client's TLS settings that accept this certificate only."""
    return ssl.create_default_context(cafile=certificate)
