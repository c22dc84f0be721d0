"""TLS: versions, garbage, half a handshake, large answers."""

import socket
import ssl
import tempfile

from support import frames
from support.client import connect, read_response
from support.echo_test import EchoTest
from support.server import Echo, certificate
from support.settings import settings
from support.waiting import DEADLINE_S

CLIENT_HELLO = bytes.fromhex("1603010005010000010303")  # and then nothing


class Tls(EchoTest):
    options = ("--request-timeout-ms", "1000")

    @classmethod
    def setUpClass(cls):
        cls.server = Echo(*cls.options, tls=True)

    def ended(self, sock):
        """Reads up to the end, however it comes."""
        try:
            while sock.recv(65536):
                pass
        except ConnectionResetError:
            pass

    def plain(self):
        sock = connect(self.server.port)
        self.addCleanup(sock.close)
        return sock

    def test_versions(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            self.server.tls.minimum_version = version
            self.server.tls.maximum_version = version
            with self.server.client() as client:
                self.echo(client, b"hello")
                client.close_cleanly()
        self.server.tls.minimum_version = ssl.TLSVersion.TLSv1_2

    def test_http_1_1_is_chosen_and_nothing_else(self):
        chosen = ssl.create_default_context()
        chosen.check_hostname, chosen.verify_mode = False, ssl.CERT_NONE
        chosen.set_alpn_protocols(["h2", "http/1.1"])
        with connect(self.server.port, tls=chosen) as sock:
            self.assertEqual(sock.selected_alpn_protocol(), "http/1.1")
        chosen.set_alpn_protocols(["h2"])
        with self.assertRaises(ssl.SSLError):
            connect(self.server.port, tls=chosen).close()

    def test_sessions_are_resumed_by_tickets(self):
        self.server.tls.maximum_version = ssl.TLSVersion.TLSv1_2
        try:
            with self.server.client() as client:
                session = client.sock.session
            plain = connect(self.server.port)
            with self.server.tls.wrap_socket(
                    plain, server_hostname="localhost",
                    session=session) as sock:
                self.assertTrue(sock.session_reused)
        finally:
            self.server.tls.maximum_version = ssl.TLSVersion.TLSv1_3

    def test_plain_http_is_told_that_this_is_tls(self):
        sock = self.plain()
        for octet in b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n":
            sock.sendall(bytes([octet]))
        self.assertEqual(read_response(sock)[0].status, 400)
        self.ended(sock)

    def test_garbage_instead_of_a_handshake(self):
        for garbage in (b"\0" * 100, b"\x16\x03\x01\xff\xff" + b"\xff" * 70_000,
                        b"\x15\x03\x01\x00\x02\x02\x28", b"\x80" * 50):
            sock = self.plain()
            sock.sendall(garbage)
            self.ended(sock)

    def test_a_handshake_that_never_ends_is_closed(self):
        for start in (b"", CLIENT_HELLO):
            sock = self.plain()
            sock.sendall(start)
            self.ended(sock)
        self.server.wait_until_idle()

    def test_a_broken_record_ends_an_upgraded_connection(self):
        client = self.client()
        raw = socket.socket(fileno=client.sock.detach())
        raw.settimeout(DEADLINE_S)
        raw.sendall(b"\x17\x03\x03\x00\x20" + b"\xaa" * 32)
        self.ended(raw)
        raw.close()

    def test_a_request_in_many_records(self):
        sock = self.connect()
        for octet in b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n":
            sock.sendall(bytes([octet]))
        self.assertEqual(read_response(sock)[0].status, 426)

    def test_messages_of_all_sizes_around_a_record(self):
        client = self.client()
        for size in (16383, 16384, 16385, 65535, 65536, 65537, 1 << 20):
            self.echo(client, b"x" * size)

    def test_answers_larger_than_the_socket_s_buffers(self):
        client = self.client(receive_buffer=1 << 16)
        large = b"0123456789abcdef" * (1 << 17)
        client.send(frames.text(large), frames.text(b"small"))
        self.server.wait_until_read(client)
        self.expect(client, frames.TEXT, large)
        self.expect(client, frames.TEXT, b"small")
        client.close_cleanly()


class Certificates(EchoTest):
    """What the server refuses to start with, and says why."""

    def test_files_that_do_not_fit(self):
        import subprocess
        with tempfile.TemporaryDirectory() as one, \
                tempfile.TemporaryDirectory() as two:
            cert, _ = certificate(one)
            _, key = certificate(two)
            for pair, why in (((cert, key), key), ((cert, "/none"), "/none"),
                              (("/none", key), "/none"), ((key, key), key)):
                done = subprocess.run(
                    [settings.echo, "--port", "0", "--tls", *pair],
                    capture_output=True, text=True, timeout=30)
                self.assertNotEqual(done.returncode, 0, pair)
                self.assertIn(why, done.stderr)
