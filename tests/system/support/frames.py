"""WebSocket frames as bytes (RFC 6455, section 5). Written by hand, because a
library refuses to send what is illegal and forgives what it should not."""

import os
import struct
from dataclasses import dataclass

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
CONTROL_BYTES_MAX = 125


def xor(payload, key):
    """Puts the mask on, or takes it off. One big integer is far faster than a
    loop."""
    size = len(payload)
    keys = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big")
            ^ int.from_bytes(keys, "big")).to_bytes(size, "big")


def header(opcode, length, *, fin=True, rsv=0, masked=True, form=None):
    """The first bytes of a frame, without the key. `rsv` as three bits, `form`
    (1, 2 or 8 bytes of length) shortest when not given."""
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    mask = 0x80 if masked else 0
    form = form or (1 if length < 126 else 2 if length < 65536 else 8)
    if form == 1:
        return struct.pack(">BB", first, mask | length)
    if form == 2:
        return struct.pack(">BBH", first, mask | 126, length)
    return struct.pack(">BBQ", first, mask | 127, length)


def frame(opcode, payload=b"", **bits):
    """A client's frame with a new key."""
    key = os.urandom(4)
    return (header(opcode, len(payload), **bits) + key + xor(payload, key))


def text(payload=b"", **bits):
    return frame(TEXT, payload, **bits)


def binary(payload=b"", **bits):
    return frame(BINARY, payload, **bits)


def more(payload=b"", **bits):
    return frame(CONTINUATION, payload, **bits)


def ping(payload=b"", **bits):
    return frame(PING, payload, **bits)


def pong(payload=b"", **bits):
    return frame(PONG, payload, **bits)


def close(code=None, reason=b"", **bits):
    start = b"" if code is None else struct.pack(">H", code)
    return frame(CLOSE, start + reason, **bits)


def fragments(opcode, payload, size, *, rsv=0):
    """The frames of one message in fragments of `size`; one that would end
    with an empty fragment ends with a full one."""
    pieces = [payload[at:at + size] for at in range(0, len(payload), size)]
    pieces = pieces or [b""]
    last = len(pieces) - 1
    return [frame(CONTINUATION if at else opcode, piece, fin=at == last,
                  rsv=0 if at else rsv)
            for at, piece in enumerate(pieces)]


@dataclass(frozen=True)
class Received:
    """One frame of the server."""
    opcode: int
    payload: bytes
    fin: bool = True
    compressed: bool = False

    @property
    def close_code(self):
        assert self.opcode == CLOSE, f"not a close frame: {self}"
        return struct.unpack(">H", self.payload[:2])[0] if self.payload else None

    @property
    def close_reason(self):
        return self.payload[2:].decode()

    def __str__(self):
        shown = self.payload[:40]
        return (f"opcode {self.opcode}{'' if self.fin else ', not final'}"
                f"{', compressed' if self.compressed else ''}, "
                f"{len(self.payload)} bytes {shown!r}")


class FrameReader:
    """Takes the server's bytes and gives its frames, strictly: whatever RFC
    6455 forbids a server is an error."""

    def __init__(self, may_compress=False):
        self.waiting = bytearray()
        self.may_compress = may_compress

    def feed(self, data):
        self.waiting += data

    def next(self):
        """The next complete frame, or None."""
        have = self.waiting
        if len(have) < 2:
            return None
        first, second = have[0], have[1]
        opcode, fin, rsv = first & 0x0F, bool(first & 0x80), first >> 4 & 7
        start, length = 2, second
        if second == 126:
            start = 4
        elif second == 127:
            start = 10
        if second & 0x80:
            raise AssertionError("the server masked a frame")
        if len(have) < start:
            return None
        if start > 2:
            length = int.from_bytes(have[2:start], "big")
            least = 126 if start == 4 else 65536
            assert length >= least, f"length {length} in {start - 2} bytes"
        self._check(opcode, fin, rsv, length)
        if len(have) < start + length:
            return None
        payload = bytes(memoryview(have)[start:start + length])
        del self.waiting[:start + length]
        return Received(opcode, payload, fin, bool(rsv))

    def _check(self, opcode, fin, rsv, length):
        known = (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG)
        assert opcode in known, f"the server sent opcode {opcode}"
        allowed = (0, 4) if self.may_compress and opcode in (1, 2) else (0,)
        assert rsv in allowed, f"the server set reserved bits {rsv:03b}"
        if opcode >= CLOSE:
            assert fin, "the server fragmented a control frame"
            assert length <= CONTROL_BYTES_MAX, f"control frame of {length}"
            assert opcode != CLOSE or length != 1, "close payload of one byte"
