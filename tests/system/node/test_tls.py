"""TLS of a node: sessions that another node resumes, certificates that change,
certificates of clients, and those who speak something else."""

import random
import signal
import socket
import ssl
import struct
import tempfile
import unittest
from pathlib import Path

from support import frames
from support.client import Client, connect, read_response
from support.node import Node
from support.settings import settings
from support.tls import (Authority, Visit, configuration, ticket_key)
from support.tokens import token
from support.waiting import wait_until

VERSIONS = ("-tls1_2", "-tls1_3")


class TlsTest(unittest.TestCase):
    """Each test has an authority, a certificate, and nodes of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.authority = Authority(folder.name)
        self.pair = self.authority.signed("server")

    def shortDescription(self):
        return None  # the name says it

    def node(self, more="", **options):
        one = Node(configuration(self.pair, **options) + more)
        self.addCleanup(self.stop, one)
        return one

    @staticmethod
    def stop(node):
        try:
            node.wait_until_idle()
        finally:
            node.stop()

    def file(self, name):
        return str(self.folder / name)

    def client(self, node, own=None, user="ann"):
        one = Client(node.port, tls=self.authority.trusting(own), path="/ws",
                     protocols=["rookery.v1.json"],
                     more=[f"Authorization: Bearer {token(user)}"])
        self.addCleanup(one.sock.close)
        self.assertIn(b'"welcome"', one.next().payload)
        return one

    def ping(self, client):
        client.send(frames.text(b'{"event":"ping","id":1}'))
        self.assertIn(b"pong", client.next().payload)
        client.next()  # the reply

    def reload(self, node, event, times=1):
        """Sends SIGHUP, waits for this event, and returns its line."""
        node.process.send_signal(signal.SIGHUP)
        pattern = rf'(?s)(?:.*?"event":"{event}"[^\n]*\n){{{times}}}'
        return node.wait_for_output(pattern)[0].splitlines()[-1]


class Tickets(TlsTest):
    """What one node sealed, another opens if it has the key."""

    def visit(self, node, version, *, keep=False, show=False):
        session = self.file(f"session{version}")
        options = [version]
        options += ["-sess_in", session] if show else []
        options += ["-sess_out", session] if keep else []
        return Visit(node.port, *options)

    def test_another_node_with_the_same_key_resumes(self):
        keys = [ticket_key(self.file("key"))]
        one, two = self.node(ticket_keys=keys), self.node(ticket_keys=keys)
        for version in VERSIONS:
            self.assertFalse(self.visit(one, version, keep=True).resumed)
            self.assertTrue(self.visit(two, version, show=True).resumed)
        name = "rookery_tls_handshakes_total"
        for node, result in ((one, "full"), (two, "resumed")):
            self.assertEqual(
                node.metric(f'{name}{{result="{result}"}}'), len(VERSIONS))

    def test_another_node_with_another_key_does_not_and_serves(self):
        one = self.node(ticket_keys=[ticket_key(self.file("one"))])
        two = self.node(ticket_keys=[ticket_key(self.file("two"))])
        three = self.node()  # a random key
        for version in VERSIONS:
            self.visit(one, version, keep=True)
            self.assertTrue(self.visit(one, version, show=True).resumed)
            self.assertFalse(self.visit(two, version, show=True).resumed)
            self.assertFalse(self.visit(three, version, show=True).resumed)

    def test_the_short_keys_of_nginx_serve_too(self):
        keys = [ticket_key(self.file("key"), 48)]
        one, two = self.node(ticket_keys=keys), self.node(ticket_keys=keys)
        for version in VERSIONS:
            self.visit(one, version, keep=True)
            self.assertTrue(self.visit(two, version, show=True).resumed)

    def test_a_rotation_keeps_tickets_as_long_as_their_key_is_there(self):
        newest, older = self.file("newest"), self.file("older")
        ticket_key(newest)
        ticket_key(older)
        one = self.node(ticket_keys=[newest, older])
        for version in VERSIONS:
            self.visit(one, version, keep=True)
        Path(newest).replace(older)
        ticket_key(newest)
        self.reload(one, "tls.reloaded")
        for version in VERSIONS:
            # Resumed by the older key, and given a ticket of the newest.
            self.assertTrue(
                self.visit(one, version, show=True, keep=True).resumed)
        Path(newest).replace(older)
        ticket_key(newest)
        self.reload(one, "tls.reloaded", times=2)
        self.assertTrue(self.visit(one, "-tls1_3", show=True).resumed)
        # s_client has kept the first ticket of TLS 1.2, whose key is gone.
        self.assertFalse(self.visit(one, "-tls1_2", show=True).resumed)

    def test_random_keys_stay_over_a_reload(self):
        one = self.node()
        for version in VERSIONS:
            self.visit(one, version, keep=True)
        self.reload(one, "tls.reloaded")
        for version in VERSIONS:
            self.assertTrue(self.visit(one, version, show=True).resumed)

    def test_a_node_that_trusts_other_clients_does_not_resume(self):
        keys = [ticket_key(self.file("key"))]
        one = self.node(ticket_keys=keys)
        two = self.node(ticket_keys=keys, client_certificate="optional",
                        client_ca=self.authority.certificate)
        for version in VERSIONS:
            self.visit(one, version, keep=True)
            self.assertFalse(self.visit(two, version, show=True).resumed)


class Reloading(TlsTest):

    def subject(self, node):
        return Visit(node.port).subject

    def replace(self, common_name):
        fresh = self.authority.signed("fresh", common_name)
        for old, new in zip(self.pair, fresh):
            Path(new).replace(old)

    def test_new_handshakes_get_the_new_certificate_and_old_clients_stay(self):
        node = self.node()
        before = self.client(node)
        self.assertEqual(self.subject(node), "CN = localhost")
        self.replace("renewed")
        self.assertEqual(self.subject(node), "CN = localhost")
        self.reload(node, "tls.reloaded")
        self.assertEqual(self.subject(node), "CN = renewed")
        self.ping(before)
        before.close_cleanly()

    def test_a_broken_file_is_named_and_changes_nothing(self):
        node = self.node(ticket_keys=[ticket_key(self.file("key"))])
        before = self.client(node)
        good = {path: Path(path).read_bytes()
                for path in (*self.pair, self.file("key"))}
        for times, path in enumerate(good, 1):
            Path(path).write_bytes(b"broken")
            failed = self.reload(node, "tls.reload_failed", times)
            self.assertIn(path, failed)
            Path(path).write_bytes(good[path])
            self.assertEqual(self.subject(node), "CN = localhost")
        other = self.authority.signed("other")
        Path(self.pair[1]).write_bytes(Path(other[1]).read_bytes())
        failed = self.reload(node, "tls.reload_failed", len(good) + 1)
        self.assertIn("key values mismatch", failed)
        self.assertEqual(self.subject(node), "CN = localhost")
        self.ping(before)
        before.close_cleanly()

    def test_files_that_cannot_be_used_are_named_at_the_start(self):
        for option in ("certificate", "key", "ticket_keys", "client_ca"):
            path = self.file("none")
            more = {"client_certificate": "required",
                    "client_ca": self.authority.certificate}
            more[option] = [path] if option == "ticket_keys" else path
            with self.subTest(option), self.assertRaisesRegex(
                    AssertionError, rf"{path}: .*No such file"):
                Node(configuration(self.pair, **more))


class ClientCertificates(TlsTest):

    def setUp(self):
        super().setUp()
        self.own = self.authority.signed("client", "ann")
        strangers = self.folder / "strangers"
        strangers.mkdir()
        self.foreign = Authority(strangers, "strangers").signed("bob", "bob")

    def asking(self, how):
        return self.node(client_certificate=how,
                         client_ca=self.authority.certificate)

    def refused(self, node, own, version, words):
        context = self.authority.trusting(own)
        context.minimum_version = context.maximum_version = version
        with self.assertRaisesRegex(ssl.SSLError, words):
            with connect(node.port, tls=context) as sock:
                # In TLS 1.3 the client is done before it is judged.
                sock.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                sock.recv(1)

    def test_required_is_required_and_signed_by_the_authority(self):
        node = self.asking("required")
        self.client(node, self.own).close_cleanly()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            self.refused(node, None, version, "handshake failure|required")
            self.refused(node, self.foreign, version, "unknown ca")

    def test_optional_may_be_left_out_but_not_be_wrong(self):
        node = self.asking("optional")
        self.client(node, self.own).close_cleanly()
        self.client(node).close_cleanly()
        self.refused(node, self.foreign, ssl.TLSVersion.TLSv1_3, "unknown ca")

    def test_a_session_of_a_certificate_is_resumed_with_it(self):
        node = self.asking("required")
        session = self.file("session")
        own = ("-cert", self.own[0], "-key", self.own[1])
        for version in VERSIONS:
            Visit(node.port, version, *own, "-sess_out", session)
            self.assertTrue(
                Visit(node.port, version, "-sess_in", session).resumed)


class Mistakes(TlsTest):
    """Whoever speaks something else gets a clear end, and costs nothing."""

    def plain(self, node):
        sock = connect(node.port)
        self.addCleanup(sock.close)
        return sock

    def test_plain_http_is_told_that_this_port_speaks_https(self):
        node = self.node()
        for method in ("GET", "POST", "OPTIONS"):
            sock = self.plain(node)
            sock.sendall(f"{method} /ws HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            response, rest = read_response(sock)
            self.assertEqual(response.status, 400)
            self.assertIn(b"HTTPS", response.body)
            self.assertEqual(response.headers["connection"], "close")
            self.assertEqual((rest, sock.recv(1)), (b"", b""))
        node.wait_for_output('"event":"tls.plain_text"')

    def test_tls_on_a_plain_port_is_closed_at_once_and_logged(self):
        node = Node()
        self.addCleanup(self.stop, node)
        with self.assertRaises((ssl.SSLError, ConnectionResetError)):
            connect(node.port, tls=self.authority.trusting())
        node.wait_for_output('"event":"http.tls_on_plain_port"')

    def test_who_offers_only_http_2_is_refused_with_the_alert_for_it(self):
        node = self.node()
        for version in VERSIONS:
            refused = Visit(node.port, version, "-alpn", "h2")
            self.assertIn("no application protocol", refused.said)
            both = Visit(node.port, version, "-alpn", "h2,http/1.1")
            self.assertIn("ALPN protocol: http/1.1", both.said)
            neither = Visit(node.port, version)
            self.assertIn("No ALPN negotiated", neither.said)
            self.assertTrue(neither.answered)
        node.wait_for_output('"event":"tls.failed".*"why":"[a-z ]+"')

    def test_old_versions_are_refused(self):
        node = self.node()
        for version in ("-tls1", "-tls1_1"):
            refused = Visit(node.port, version, "-cipher", "ALL:@SECLEVEL=0")
            self.assertRegex(refused.said, "protocol version")

    def test_a_handshake_that_is_not_finished_in_time_is_cut_off(self):
        node = self.node("http.upgrade-timeout = 300ms")
        hello = client_hello()
        for start in (hello[:5], hello[:-1], hello):
            sock = self.plain(node)
            sock.sendall(start)
            while sock.recv(65536):
                pass
        node.wait_until_idle()

    def test_a_client_that_says_it_has_no_more_still_gets_the_answer(self):
        node = self.node()
        sock = connect(node.port, tls=self.authority.trusting())
        sock.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        # Python's `unwrap` would wait for the server's close_notify, too.
        self.assertEqual(read_response(sock)[0].status, 200)
        sock.unwrap().close()  # both directions end with close_notify

    def test_garbage_leaves_no_memory_behind(self):
        node = self.node("log.level = info")
        chance = random.Random(1)
        count = 100_000 if settings.long else 2000
        some_garbage(node, chance, 2000)
        before = node.memory_kb()
        some_garbage(node, chance, count)
        if not node.sanitized():
            self.assertLess(node.memory_kb() - before, 2048)
        self.client(node).close_cleanly()


def client_hello():
    """The first flight of a client."""
    out = ssl.MemoryBIO()
    context = ssl.create_default_context()
    client = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return out.read()


def some_garbage(node, chance, count):
    """Mutated handshakes, a few of which are not cut short, from clients that
    leave in different ways."""
    hello = client_hello()
    for _ in range(count):
        garbage = bytearray(hello)
        for _ in range(chance.randint(1, 8)):
            garbage[chance.randrange(len(garbage))] = chance.randrange(256)
        with socket.create_connection(("127.0.0.1", node.port)) as sock:
            sock.sendall(garbage[:chance.randint(1, len(garbage))])
            if chance.randrange(2):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", 1, 0))
    wait_until(lambda: node.descriptors() == node.idle_descriptors,
               "the sockets of garbage are closed")
