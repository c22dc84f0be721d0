"""Random and mutated bytes in every layer: the server goes on serving, and
keeps no memory of them."""

import random
import socket

from support import frames
from support.client import new_key, upgrade_request
from support.echo_test import EchoTest
from support.frames import binary, close, more, ping, text
from support.settings import settings

GROWTH_KB_MAX = 1024


class Garbage(EchoTest):
    rounds = 4000 if settings.long else 800

    def setUp(self):
        self.chance = random.Random(6455)

    def throw(self, make, connect):
        """Sends garbage on a new connection each time; memory stays flat."""
        def throw_some(count):
            for _ in range(count):
                sock = connect()
                try:
                    sock.sendall(make())
                    sock.shutdown(socket.SHUT_WR)
                    while sock.recv(65536):
                        pass
                except OSError:
                    pass  # the server may end it as it likes
                finally:
                    sock.close()
            self.server.wait_until_idle()
        throw_some(self.rounds // 2)  # until caches are warm
        before = self.server.memory_kb()
        throw_some(self.rounds)
        if not self.server.sanitized():
            self.assertLess(self.server.memory_kb() - before, GROWTH_KB_MAX)

    def mutate(self, data):
        """A few octets changed, removed or doubled."""
        data = bytearray(data)
        for _ in range(self.chance.randint(1, 4)):
            at = self.chance.randrange(len(data))
            how = self.chance.randrange(3)
            if how == 0:
                data[at] = self.chance.randrange(256)
            elif how == 1:
                del data[at:at + self.chance.randint(1, 8)]
            else:
                data[at:at] = data[at:at + self.chance.randint(1, 30)]
            data = data or bytearray(b"x")
        return bytes(data)

    def test_random_octets_instead_of_http(self):
        self.throw(lambda: self.chance.randbytes(self.chance.randint(1, 3000)),
                   self.server.connect)

    def test_mutated_upgrade_requests(self):
        self.throw(lambda: self.mutate(upgrade_request(
            new_key(), protocols=("rookery.v1.json",),
            extensions="permessage-deflate; client_max_window_bits")),
            self.server.connect)

    def test_random_octets_instead_of_frames(self):
        self.throw(lambda: self.chance.randbytes(self.chance.randint(1, 3000)),
                   lambda: self.server.client().sock)

    def test_mutated_frames(self):
        def conversation():
            payload = self.chance.randbytes(self.chance.randint(0, 200))
            return self.mutate(b"".join((
                binary(payload), text(b"hello", fin=False), ping(payload[:9]),
                more("wörld".encode()), binary(payload * 30), close(1000))))
        self.throw(conversation, lambda: self.server.client().sock)

    def test_mutated_compressed_frames(self):
        import zlib
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(b"hello " * 99) + packer.flush(
            zlib.Z_SYNC_FLUSH)

        def conversation():
            at = self.chance.randrange(1, len(packed))
            return (binary(self.mutate(packed[:-4]), rsv=4)
                    + text(packed[:at], fin=False, rsv=4)
                    + frames.more(packed[at:-4]))
        self.throw(conversation, lambda: self.server.client(
            extensions="permessage-deflate").sock)
