"""The base of tests against rookery-echo."""

import unittest

from support import frames
from support.server import Echo
from support.settings import settings


class EchoTest(unittest.TestCase):
    """One server for all tests of a class. Whatever a test has done to it, it
    serves afterwards; when the last test is over it holds no socket any more,
    and it ends without complaint."""

    options = ()  # of rookery-echo

    @classmethod
    def setUpClass(cls):
        cls.server = Echo(*cls.options)

    @classmethod
    def tearDownClass(cls):
        try:
            cls.server.wait_until_idle()
        finally:
            cls.server.stop()

    def tearDown(self):
        self.check_serving()

    def shortDescription(self):
        return None  # the name says it

    def check_serving(self):
        with self.server.client() as client:
            self.echo(client, b"still serving")
            client.close_cleanly()

    def client(self, **options):
        one = self.server.client(**options)
        self.addCleanup(one.sock.close)
        return one

    def connect(self, **options):
        one = self.server.connect(**options)
        self.addCleanup(one.close)
        return one

    def echo(self, client, payload, opcode=frames.TEXT):
        client.send(frames.frame(opcode, payload))
        self.expect(client, opcode, payload)

    def expect(self, client, opcode, payload=b""):
        got = client.next()
        wanted = frames.Received(opcode, payload)
        # Not assertEqual, which would print megabytes.
        self.assertTrue(got == wanted, f"expected {wanted}; got {got}")


plain_only = unittest.skipIf(
    settings.tls, "TLS of Python cannot end only one direction")
