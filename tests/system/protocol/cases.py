"""How a case is written down and played."""

from support import frames
from support.frames import BINARY, TEXT
from support.settings import settings

OCTETS = 1  # chop: every octet is sent by itself
HELLO = b"Hello, world!"
# Long payloads repeat this (Autobahn's own choice).
PATTERN = b"BAsd7&jh23"

CASES = {}  # number: function(client)


def case(number):
    """Registers a function as the case with this number."""
    def register(play):
        assert number not in CASES, number
        CASES[number] = play
        return play
    return register


def exchange(number, sends, expects, *, fails=None, closes=None, chop=None):
    """A case in which frames are sent and an exact list comes back.

    Then the server fails the connection with the code `fails`; or it answers
    our close frame, which is among `sends`, with `closes`; or else we close
    with 1000. In all of them nothing else arrives.
    `chop`: octets in each send, or "frames" for a send per frame."""
    @case(number)
    def play(client):
        for part in (sends if chop == "frames" else [b"".join(sends)]):
            client.send(part, chop=chop if isinstance(chop, int) else None)
        for opcode, payload in expects:
            expect(client, opcode, payload)
        if fails is not None:
            client.expect_end(fails)
        elif closes is not None:
            client.expect_end(closes or None, exactly=bool(closes))
        else:
            client.close_cleanly()


def expect(client, opcode, payload):
    """The next frame is this one, whole."""
    got = client.next()
    wanted = frames.Received(opcode, payload)
    assert got == wanted, f"expected {wanted}; got {got}"


def echo(client, opcode, payload, size=None, chop=None):
    """Sends one message, in fragments of `size`, and gets it back."""
    parts = (frames.fragments(opcode, payload, size) if size
             else [frames.frame(opcode, payload)])
    client.send(*parts, chop=chop)
    expect(client, opcode, payload)


def pattern(size):
    return (PATTERN * (size // len(PATTERN) + 1))[:size]


def both_kinds(first, second):
    """Pairs (subclass, opcode): text cases and the same in binary."""
    return ((first, TEXT), (second, BINARY))


def in_order(number):
    return [int(part) for part in number.split(".")]


def chosen():
    """The numbers that are asked for, in their order."""
    wanted = settings.only or ("",)
    return sorted((number for number in CASES
                   if any(f"{number}.".startswith(f"{one}." if one else "")
                          for one in wanted)), key=in_order)
