"""How connections end: handshakes, half-closes, resets, silence."""

import socket
import time

from support import frames
from support.echo_test import EchoTest, plain_only
from support.frames import TEXT, close, ping, text
from support.waiting import wait_until

LARGE = b"0123456789abcdef" * (1 << 16)  # 1 MB, more than all socket buffers
SMALL_WINDOW = 1 << 16  # in less than this TCP crawls
PACE_S = 0.05  # of a slow reader


class Closing(EchoTest):

    def test_what_was_queued_arrives_before_the_close_frame(self):
        client = self.client(receive_buffer=SMALL_WINDOW)
        client.send(text(LARGE), text(LARGE), text(b"last"), close(1000))
        self.server.wait_until_read(client)
        for payload in (LARGE, LARGE, b"last"):
            self.expect(client, TEXT, payload)
        client.expect_end(1000, exactly=True)

    def test_what_was_queued_arrives_before_a_protocol_error(self):
        client = self.client(receive_buffer=SMALL_WINDOW)
        client.send(text(LARGE), text(b"last"), text(b"", rsv=2))
        self.server.wait_until_read(client)
        self.expect(client, TEXT, LARGE)
        self.expect(client, TEXT, b"last")
        client.expect_end(1002)

    @plain_only
    def test_queued_data_reaches_who_shut_down_after_its_close_frame(self):
        client = self.client(receive_buffer=SMALL_WINDOW)
        client.send(text(LARGE), close(1001))
        client.sock.shutdown(socket.SHUT_WR)
        self.server.wait_until_read(client)
        self.expect(client, TEXT, LARGE)
        client.expect_end(1001)

    @plain_only
    def test_shutting_down_without_a_close_frame_ends_the_connection(self):
        client = self.client()
        client.sock.shutdown(socket.SHUT_WR)
        self.assertEqual(client.rest(), [])

    def test_no_reset_overtakes_the_close_frame(self):
        """The server has more to read than it wants, which would make its
        kernel reset the connection if it closed at once."""
        for _ in range(20):
            client = self.client()
            client.send(text(b"", rsv=2), text(LARGE))
            client.expect_end(1002)

    def test_messages_behind_a_close_frame_are_ignored(self):
        client = self.client()
        client.send(close(1000), text(LARGE), ping(), b"\xff" * 100)
        client.expect_end(1000)

    def test_resets_at_every_stage(self):
        whole = text(b"hello")
        for data in (b"", whole[:1], whole[:4], whole, text(LARGE)[:5000],
                     text(LARGE), ping(), close(1000), close(1000)[:3],
                     text(b"x", rsv=1)):
            client = self.client(receive_buffer=SMALL_WINDOW)
            client.send(data)
            client.vanish()
        for data in (b"", b"GET", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"):
            sock = self.connect()
            sock.sendall(data)
            sock.close()
        self.server.wait_until_idle()

    def test_a_hundred_connections_vanish_at_once(self):
        clients = [self.client() for _ in range(100)]
        for client in clients:
            client.send(text(b"hello"))
        for client in clients:
            client.vanish()
        self.server.wait_until_idle()


class Silence(EchoTest):
    """Peers that never do their part of the closing handshake."""

    options = ("--close-timeout-ms", "300")

    def test_a_peer_that_does_not_end_the_stream(self):
        client = self.client()
        client.send(close(1000))
        client.expect_end(1000)  # and now we keep our side open
        self.server.wait_until_idle()

    def test_a_peer_that_goes_on_sending_after_a_protocol_error(self):
        client = self.client()
        client.send(text(b"", rsv=2))
        client.expect_end(1002)

        def refused():
            try:
                client.send(text(b"still here"))
            except OSError:
                return True
        wait_until(refused, "the server closes its socket")
        self.server.wait_until_idle()

    def test_a_peer_that_never_reads_what_is_queued(self):
        client = self.client(receive_buffer=SMALL_WINDOW)
        client.send(text(LARGE), close(1000))
        self.server.wait_until_idle()


class Liveness(EchoTest):
    """Pings of the server, and what happens when none is answered."""

    options = ("--ping-interval-ms", "1000", "--pong-timeout-ms", "800",
               "--close-timeout-ms", "300")

    def test_a_silent_peer_gets_4003(self):
        client = self.client()
        self.expect(client, frames.PING)
        client.expect_end(4003)

    def test_a_peer_that_vanished_without_a_word_is_noticed(self):
        self.client()  # which never reads
        self.server.wait_until_idle()

    def test_a_peer_that_answers_stays(self):
        client = self.client()
        for _ in range(2):
            self.expect(client, frames.PING)
            client.send(frames.pong())
        self.echo(client, b"hello")

    def test_any_octet_is_a_sign_of_life(self):
        client = self.client()
        message = text(b"a long message that comes slowly")
        for octet in message[:2]:
            self.expect(client, frames.PING)
            client.send(bytes([octet]))
        client.send(message[2:])
        self.expect(client, TEXT, b"a long message that comes slowly")

    def test_who_receives_slowly_is_alive(self):
        """Reading a little now and then is all that it does."""
        client = self.client(receive_buffer=SMALL_WINDOW)
        client.send(*6 * [text(LARGE)])
        self.server.wait_until_read(client)
        waiting = time.monotonic() + 2.5  # more than silence may last
        while time.monotonic() < waiting:
            self.assertTrue(client.read_some(1 << 16), "closed meanwhile")
            time.sleep(PACE_S)
