"""Class 6: UTF-8. From 6.5 on these are the sequences of Markus Kuhn's "UTF-8
decoder capability and stress test"."""

from protocol.cases import case, exchange, expect
from support.frames import PONG, TEXT, fragments, frame, more, ping, text

KOSME = "κόσμε".encode()
SURROGATE = KOSME + b"\xed\xa0\x80" + b"edited"
ABOVE = KOSME + b"\xf4\x90\x80\x80" + b"edited"  # above U+10FFFF

exchange("6.1.1", [text()], [(TEXT, b"")])
exchange("6.1.2", [text(fin=False), more(fin=False), more()], [(TEXT, b"")])
exchange("6.1.3", [text(fin=False), more(b"middle frame payload", fin=False),
                   more()], [(TEXT, b"middle frame payload")])
LEFT, RIGHT = "Hello-µ@ßöä".encode(), "üàá-UTF-8!!".encode()
exchange("6.2.1", [text(LEFT + RIGHT)], [(TEXT, LEFT + RIGHT)])
exchange("6.2.2", [text(LEFT, fin=False), more(RIGHT)], [(TEXT, LEFT + RIGHT)])
exchange("6.2.3", fragments(TEXT, LEFT + RIGHT, 1), [(TEXT, LEFT + RIGHT)])
exchange("6.2.4", fragments(TEXT, KOSME, 1), [(TEXT, KOSME)])
exchange("6.3.1", [text(SURROGATE)], [], fails=1007)
exchange("6.3.2", fragments(TEXT, SURROGATE, 1), [], fails=1007)


def fail_fast(number, first, second, *, one_frame):
    """The message never ends: what is wrong in its second part ends the
    connection, and what came before it does not."""
    @case(number)
    def play(client):
        if one_frame:
            whole = text(first + second + b"and more")
            start = len(whole) - len(second) - len(b"and more")
            client.send(whole[:start])
            client.send(whole[start:start + len(second)])
        else:
            client.send(text(first, fin=False), ping(b"still here?"))
            expect(client, PONG, b"still here?")
            client.send(more(second, fin=False))
        client.expect_end(1007)


AT = len(KOSME)
fail_fast("6.4.1", ABOVE[:AT], ABOVE[AT:AT + 4], one_frame=False)
fail_fast("6.4.2", ABOVE[:AT + 1], ABOVE[AT + 1:AT + 2], one_frame=False)
fail_fast("6.4.3", ABOVE[:AT], ABOVE[AT:AT + 4], one_frame=True)
fail_fast("6.4.4", ABOVE[:AT + 1], ABOVE[AT + 1:AT + 2], one_frame=True)


def all_octets(first, last, between=b""):
    """Without `last` itself, as Autobahn has it."""
    return b"".join(bytes([one]) + between for one in range(first, last))


MISSING = (b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80",
           b"\xfc\x80\x80\x80\x80", b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf",
           b"\xfb\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf")
NON_CHARACTERS = tuple(
    chr(plane << 16 | low).encode() for plane in (0,) for low in
    (0xFFFE, 0xFFFF)) + tuple(
    chr(point + low).encode() for point in range(0x1FFFE, 0x10FFFF, 0x10000)
    for low in (0, 1))
SEQUENCES = (
    # 6.5: some correct UTF-8 text
    (b"hello$world", "hello¢world".encode(), "hello€world".encode(),
     "hello\U00024B62world".encode(), KOSME),
    # 6.6: all prefixes of one
    tuple(KOSME[:at] for at in range(1, len(KOSME) + 1)),
    # 6.7, 6.8: the first sequences of each length
    (b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80"),
    (b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"),
    # 6.9, 6.10: the last sequences of each length
    (b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"),
    (b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf",
     b"\xfd\xbf\xbf\xbf\xbf\xbf"),
    # 6.11: other boundaries
    (b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf",
     b"\xf4\x90\x80\x80"),
    # 6.12: continuation bytes that continue nothing
    (b"\x80", b"\xbf", b"\x80\xbf", b"\x80\xbf\x80", b"\x80\xbf\x80\xbf",
     b"\x80\xbf\x80\xbf\x80", b"\x80\xbf\x80\xbf\x80\xbf",
     all_octets(0x80, 0xBF)),
    # 6.13: start bytes alone
    tuple(all_octets(*ends, b" ") for ends in (
        (0xC0, 0xDF), (0xE0, 0xEF), (0xF0, 0xF7), (0xF8, 0xFB), (0xFC, 0xFD))),
    # 6.14, 6.15: the last continuation byte is missing; all those together
    MISSING,
    (b"".join(MISSING),),
    # 6.16: bytes that never occur
    (b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"),
    # 6.17 to 6.19: overlong forms of "/", the highest ones, those of NUL
    (b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf",
     b"\xf8\x80\x80\x80\xaf", b"\xfc\x80\x80\x80\x80\xaf"),
    (b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf",
     b"\xf8\x87\xbf\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf\xbf"),
    (b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80",
     b"\xf8\x80\x80\x80\x80", b"\xfc\x80\x80\x80\x80\x80"),
    # 6.20, 6.21: surrogates, alone and in pairs
    tuple(b"\xed" + one for one in (b"\xa0\x80", b"\xad\xbf", b"\xae\x80",
                                    b"\xaf\xbf", b"\xb0\x80", b"\xbe\x80",
                                    b"\xbf\xbf")),
    tuple(b"\xed" + high + b"\xed" + low
          for high in (b"\xa0\x80", b"\xad\xbf", b"\xae\x80", b"\xaf\xbf")
          for low in (b"\xb0\x80", b"\xbf\xbf")),
    # 6.22: non-characters, which are valid
    NON_CHARACTERS,
    # 6.23: the specials
    tuple(chr(point).encode() for point in range(0xFFF9, 0x10000)),
)


def is_valid(payload):
    try:
        payload.decode()
        return True
    except UnicodeDecodeError:
        return False


for major, group in enumerate(SEQUENCES, 5):
    for minor, sequence in enumerate(group, 1):
        valid = is_valid(sequence)
        exchange(f"6.{major}.{minor}", [frame(TEXT, sequence)],
                 [(TEXT, sequence)] if valid else [],
                 fails=None if valid else 1007)
