"""Class 5: fragmentation, and class 10.1: automatic fragments."""

from protocol.cases import HELLO, OCTETS, case, echo, exchange, expect
from support.frames import PONG, TEXT, more, ping, pong, text

WAYS = (None, "frames", OCTETS)
ONE, TWO, THREE, FOUR, FIVE = (b"fragment%d" % at for at in range(1, 6))
PINGS = (b"pongme 1!", b"pongme 2!")

exchange("5.1", [ping(ONE, fin=False), more(TWO)], [], fails=1002)
exchange("5.2", [pong(ONE, fin=False), more(TWO)], [], fails=1002)
for at, way in enumerate(WAYS):
    exchange(f"5.{3 + at}", [text(ONE, fin=False), more(TWO)],
             [(TEXT, ONE + TWO)], chop=way)
    exchange(f"5.{6 + at}",
             [text(ONE, fin=False), ping(b"ping payload"), more(TWO)],
             [(PONG, b"ping payload"), (TEXT, ONE + TWO)], chop=way)
    exchange(f"5.{9 + at}", [more(b"nothing to continue"), text(HELLO)], [],
             fails=1002, chop=way)
    exchange(f"5.{12 + at}",
             [more(b"nothing to continue", fin=False), text(HELLO)], [],
             fails=1002, chop=way)
exchange("5.15", [text(ONE, fin=False), more(TWO), more(THREE, fin=False),
                  text(FOUR)], [(TEXT, ONE + TWO)], fails=1002)
for number, fin in (("5.16", False), ("5.17", True)):
    exchange(number, 2 * [more(ONE, fin=fin), text(TWO, fin=False),
                          more(THREE)], [], fails=1002)
exchange("5.18", [text(ONE, fin=False), text(TWO)], [], fails=1002)


def two_pings(number, chopped):
    """The first ping is answered before the message goes on."""
    @case(number)
    def play(client):
        def send(*parts):
            for part in (parts if chopped else [b"".join(parts)]):
                client.send(part)
        send(text(ONE, fin=False), more(TWO, fin=False), ping(PINGS[0]))
        expect(client, PONG, PINGS[0])
        send(more(THREE, fin=False), more(FOUR, fin=False), ping(PINGS[1]),
             more(FIVE))
        expect(client, PONG, PINGS[1])
        expect(client, TEXT, ONE + TWO + THREE + FOUR + FIVE)
        client.close_cleanly()


two_pings("5.19", chopped=False)
two_pings("5.20", chopped=True)


@case("10.1.1")
def play(client):
    echo(client, TEXT, b"*" * 65536, size=1300)
    client.close_cleanly()
