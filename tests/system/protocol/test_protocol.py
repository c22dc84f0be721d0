"""Plays the cases, each on a connection of its own, against one rookery-echo."""

import unittest

from protocol import cases, compression
# Importing them registers their cases.
from protocol import closing, fragmentation, framing, limits, utf8  # noqa: F401
from support.server import Echo
from support.settings import settings


class ProtocolCase(unittest.TestCase):
    server = None  # of all cases

    def __init__(self, number):
        super().__init__("play")
        self.number = number

    def __str__(self):
        return f"case {self.number}"

    def play(self):
        offer = compression.OFFERS.get(self.number, "")
        with self.server.client(extensions=offer) as client:
            cases.CASES[self.number](client)


class TheServer(unittest.TestCase):
    """Comes last: what all the cases have left behind."""

    def __str__(self):
        return "the server serves no one any more and ends without complaint"

    def play(self):
        server, ProtocolCase.server = ProtocolCase.server, None
        server.wait_until_idle()
        server.stop()


def load_tests(_loader, _tests, _pattern):
    ProtocolCase.server = Echo()
    compressed = settings.deflate
    numbers = [number for number in cases.chosen()
               if (number in compression.OFFERS) == compressed]
    suite = unittest.TestSuite(map(ProtocolCase, numbers))
    suite.addTest(TheServer("play"))
    return suite
