"""Classes 12 and 13: permessage-deflate (RFC 7692). zlib of Python is the
other side. Compared with Autobahn the data is made here, not Faust and Lena."""

import json
import random
import zlib

from protocol.cases import CASES
from support import frames
from support.frames import BINARY, TEXT
from support.settings import settings

# (bytes of a message, bytes of a fragment), class 12.x.1 to 12.x.18
SIZES = tuple((size, None) for size in (16, 64, 256, 1024, 4096, 8192, 16384,
                                        32768, 65536, 131072)) + (
    (8192, 256), (16384, 256), (32768, 256), (65536, 256), (131072, 256),
    (131072, 1024), (131072, 4096), (131072, 32768))
DATA_BYTES = 200_000
MESSAGES = 1000
DIFFERENT = 8  # compressed once each, so that the server is what takes time

# What cases of this module offer: number: Sec-WebSocket-Extensions
OFFERS = {}


class Peer:
    """Both directions of one connection, as the answer has agreed them."""

    def __init__(self, answer, offer):
        name, *parameters = [part.strip() for part in answer.split(";")]
        assert name == "permessage-deflate", f"agreed to {answer!r}"
        agreed = {}
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            assert key not in agreed, f"{key} twice in {answer!r}"
            agreed[key] = int(value) if value else True
        self.check(agreed, offer)
        self.ours = agreed.get("client_max_window_bits", 15)
        self.theirs = agreed.get("server_max_window_bits", 15)
        self.ours_afresh = "client_no_context_takeover" in agreed
        self.theirs_afresh = "server_no_context_takeover" in agreed
        self.compressor = self.decompressor = None

    @staticmethod
    def check(agreed, offer):
        """An answer may only contain what RFC 7692, section 7.1 lets it."""
        known = {"client_max_window_bits", "server_max_window_bits",
                 "client_no_context_takeover", "server_no_context_takeover"}
        assert agreed.keys() <= known, f"unknown parameters in {agreed}"
        if "client_max_window_bits" in agreed:
            assert "client_max_window_bits" in offer, f"{agreed} to {offer!r}"
        if "server_no_context_takeover" in offer and "," not in offer:
            assert "server_no_context_takeover" in agreed, agreed
        if "server_max_window_bits=" in offer and "," not in offer:
            asked = int(offer.split("server_max_window_bits=")[1][:2].strip(";"))
            assert 8 <= agreed["server_max_window_bits"] <= asked, agreed

    def compress(self, message):
        if self.compressor is None or self.ours_afresh:
            self.compressor = zlib.compressobj(wbits=-self.ours)
        return (self.compressor.compress(message)
                + self.compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]

    def decompress(self, payload):
        if self.decompressor is None or self.theirs_afresh:
            self.decompressor = zlib.decompressobj(wbits=-self.theirs)
        return self.decompressor.decompress(payload + b"\0\0\xff\xff")


def receive(client, peer):
    """The next message: its kind and its bytes, decompressed."""
    first = client.next()
    assert first.opcode in (TEXT, BINARY), f"expected a message, got {first}"
    payload, last = first.payload, first
    while not last.fin:
        last = client.next()
        payload += last.payload
    if first.compressed:
        payload = peer.decompress(payload)
    return first.opcode, payload


def slices(data, size):
    """DIFFERENT pieces of the data, which goes on at its start."""
    twice = data + data
    return [twice[at * size % len(data):][:size] for at in range(DIFFERENT)]


def play_all(client, offer, opcode, data, size, fragment):
    peer = Peer(client.extensions, offer)
    assert peer.ours_afresh, "then messages can be compressed in advance"
    pieces = slices(data, size)
    sends = [b"".join(frames.fragments(opcode, packed, fragment or len(packed),
                                       rsv=4))
             for packed in map(peer.compress, pieces)]
    for at in range(MESSAGES if settings.long else DIFFERENT):
        client.send(sends[at % DIFFERENT])
        got = receive(client, peer)
        wanted = (opcode, pieces[at % DIFFERENT])
        assert got == wanted, (f"message {at} came back as opcode {got[0]}, "
                               f"{len(got[1])} bytes")
    client.close_cleanly()


def add(number, offer, opcode, data, size, fragment):
    CASES[number] = lambda client: play_all(client, offer, opcode, data, size,
                                            fragment)
    OFFERS[number] = offer


def make_data():
    """Texts that compress well and less well, an image, and noise."""
    chance = random.Random(7692)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9)))
             for _ in range(900)]
    prose = " ".join(chance.choices(words, k=DATA_BYTES // 5)).encode()
    records = [{"id": at, "name": chance.choice(words), "tags":
                chance.choices(words, k=4), "at": chance.random()}
               for at in range(2500)]
    document = json.dumps(records).encode()
    page = b"".join(b'<li class="row"><a href="/%d">%s</a></li>\n'
                    % (at, chance.choice(words).encode()) for at in range(5000))
    image = bytes((x * y // 7 + chance.randint(0, 3)) & 0xFF
                  for y in range(448) for x in range(448))
    noise = chance.randbytes(DATA_BYTES)
    return document, image, prose, page, noise


OFFERED = (
    "permessage-deflate",
    "permessage-deflate; server_no_context_takeover",
    "permessage-deflate; server_max_window_bits=9",
    "permessage-deflate; server_max_window_bits=15",
    "permessage-deflate; server_no_context_takeover; server_max_window_bits=9",
    "permessage-deflate; server_no_context_takeover; server_max_window_bits=15",
    "permessage-deflate; server_no_context_takeover; server_max_window_bits=9"
    ", permessage-deflate; server_no_context_takeover, permessage-deflate",
)
USUAL = "permessage-deflate; client_max_window_bits"
DATA = make_data()

for kind, (data, opcode) in enumerate(zip(
        DATA, (TEXT, BINARY, BINARY, TEXT, BINARY)), 1):
    for at, (size, fragment) in enumerate(SIZES, 1):
        add(f"12.{kind}.{at}", USUAL, opcode, data, size, fragment)
for kind, offer in enumerate(OFFERED, 1):
    for at, (size, fragment) in enumerate(SIZES, 1):
        add(f"13.{kind}.{at}", offer + "; client_max_window_bits", TEXT,
            DATA[0], size, fragment)
