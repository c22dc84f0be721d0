"""Class 9: large messages, many fragments, small chops, round trips."""

from protocol.cases import both_kinds, case, echo, pattern
from support.frames import TEXT
from support.settings import settings

K, M = 1 << 10, 1 << 20
ROUND_TRIPS = 1000


def large(number, opcode, payload, size=None, chop=None):
    @case(number)
    def play(client):
        echo(client, opcode, payload(), size, chop)
        client.close_cleanly()


def round_trips(number, opcode, size):
    @case(number)
    def play(client):
        payload = (b"*" if opcode == TEXT else b"\xfe") * size
        for _ in range(ROUND_TRIPS if settings.long else 100):
            echo(client, opcode, payload)
        client.close_cleanly()


# Functions, so that 16 MB exist only while their case is played.
def repeated(size):
    return lambda: pattern(size)


for kind, opcode in both_kinds(1, 2):
    for at, size in enumerate((64 * K, 256 * K, M, 4 * M, 8 * M, 16 * M), 1):
        large(f"9.{kind}.{at}", opcode, repeated(size))
for kind, opcode in both_kinds(3, 4):
    for at, size in enumerate((64, 256, K, 4 * K, 16 * K, 64 * K, 256 * K, M,
                               4 * M), 1):
        large(f"9.{kind}.{at}", opcode, lambda: b"*" * (4 * M), size=size)
for kind, opcode in both_kinds(5, 6):
    for at, chop in enumerate((64, 128, 256, 512, K, 2 * K), 1):
        large(f"9.{kind}.{at}", opcode, repeated(M), chop=chop)
for kind, opcode in both_kinds(7, 8):
    for at, size in enumerate((0, 16, 64, 256, K, 4 * K), 1):
        round_trips(f"9.{kind}.{at}", opcode, size)
