"""Classes 1 to 4: framing, pings, reserved bits, opcodes."""

from protocol.cases import HELLO, OCTETS, exchange
from support.frames import BINARY, PONG, TEXT, binary, close, frame, ping, \
    pong, text

SIZES = (0, 125, 126, 127, 128, 65535, 65536)
PINGED = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"
UNASKED = b"unsolicited pong payload"

for kind, opcode, octet in ((1, TEXT, b"*"), (2, BINARY, b"\xfe")):
    for at, size in enumerate(SIZES, 1):
        exchange(f"1.{kind}.{at}", [frame(opcode, octet * size)],
                 [(opcode, octet * size)])
    exchange(f"1.{kind}.8", [frame(opcode, octet * 65536)],
             [(opcode, octet * 65536)], chop=997)

exchange("2.1", [ping()], [(PONG, b"")])
exchange("2.2", [ping(HELLO)], [(PONG, HELLO)])
exchange("2.3", [ping(PINGED)], [(PONG, PINGED)])
exchange("2.4", [ping(b"\xfe" * 125)], [(PONG, b"\xfe" * 125)])
exchange("2.5", [ping(b"\xfe" * 126)], [], fails=1002)
exchange("2.6", [ping(b"\xfe" * 125)], [(PONG, b"\xfe" * 125)], chop=OCTETS)
exchange("2.7", [pong()], [])
exchange("2.8", [pong(UNASKED)], [])
exchange("2.9", [pong(UNASKED), ping(b"ping payload")],
         [(PONG, b"ping payload")])
TEN = [b"payload-%d" % at for at in range(10)]
for number, chop in (("2.10", None), ("2.11", OCTETS)):
    exchange(number, [ping(one) for one in TEN], [(PONG, one) for one in TEN],
             chop=chop)

# The echo of what came before is not lost with the failing connection.
FIRST = [(TEXT, HELLO)]
exchange("3.1", [text(HELLO, rsv=1)], [], fails=1002)
for number, rsv, chop in (("3.2", 2, None), ("3.3", 3, "frames"),
                          ("3.4", 4, OCTETS)):
    exchange(number, [text(HELLO), text(HELLO, rsv=rsv), ping()], FIRST,
             fails=1002, chop=chop)
exchange("3.5", [binary(PINGED, rsv=5)], [], fails=1002)
exchange("3.6", [ping(HELLO, rsv=6)], [], fails=1002)
exchange("3.7", [close(1000, rsv=7)], [], fails=1002)

for kind, reserved in ((1, (3, 4, 5, 6, 7)), (2, (11, 12, 13, 14, 15))):
    a, b, c, d, e = reserved
    exchange(f"4.{kind}.1", [frame(a)], [], fails=1002)
    exchange(f"4.{kind}.2", [frame(b, b"reserved opcode payload")], [],
             fails=1002)
    exchange(f"4.{kind}.3", [text(HELLO), frame(c), ping()], FIRST, fails=1002)
    exchange(f"4.{kind}.4", [text(HELLO), frame(d, HELLO), ping()], FIRST,
             fails=1002)
    exchange(f"4.{kind}.5", [text(HELLO), frame(e, HELLO), ping()], FIRST,
             fails=1002, chop=OCTETS)
