"""Clients that send more than they read, and many of them at once."""

import threading

from support import frames
from support.echo_test import EchoTest
from support.frames import BINARY, PONG, TEXT, close, ping, text
from support.server import Echo, unsent_bytes
from support.settings import settings
from support.waiting import wait_until

LARGE = b"0123456789abcdef" * (1 << 16)  # 1 MB
SMALL_WINDOW = 1 << 16  # in less than this TCP crawls
CONTROL_FRAMES_MAX = 32  # unsent ones, before the server stops reading
OUTBOX_HALF_KB = 64 << 10  # where rookery-echo stops reading
POLLS = 50  # that show the same, until nothing moves


class Pressure(EchoTest):

    def wait_until_paused(self, client):
        """Waits until what we have sent stays unread."""
        seen = []

        def unchanged():
            seen.append((self.server.unread_bytes(client.local_port),
                         unsent_bytes(client.sock)))
            return seen[-1][0] > 0 and seen[-POLLS:] == POLLS * seen[-1:]
        wait_until(unchanged, "the server stops reading")

    def test_a_pong_goes_between_frames_never_into_one(self):
        client = self.client(receive_buffer=SMALL_WINDOW)
        client.send(text(LARGE), text(LARGE))
        self.server.wait_until_read(client)  # the first is in flight
        client.send(ping(b"in between"), ping(b"and again"))
        self.server.wait_until_read(client)
        self.expect(client, TEXT, LARGE)
        self.expect(client, PONG, b"in between")
        self.expect(client, PONG, b"and again")
        self.expect(client, TEXT, LARGE)

    def test_unread_pongs_stop_the_reading_and_reading_them_resumes_it(self):
        client = self.client(receive_buffer=SMALL_WINDOW)
        client.send(text(LARGE))
        self.server.wait_until_read(client)
        client.send(*[ping(b"%d" % at) for at in range(CONTROL_FRAMES_MAX)])
        self.server.wait_until_read(client)
        client.send(ping(b"one more"))
        self.wait_until_paused(client)
        self.expect(client, TEXT, LARGE)
        for at in range(CONTROL_FRAMES_MAX):
            self.expect(client, PONG, b"%d" % at)
        self.expect(client, PONG, b"one more")
        self.echo(client, b"hello")

    def test_a_flood_of_pings_is_answered_completely(self):
        client = self.client()
        count = 20_000
        flood = threading.Thread(target=client.send, args=[
            ping(b"%d" % at) for at in range(count)])
        flood.start()
        for at in range(count):
            self.expect(client, PONG, b"%d" % at)
        flood.join()

    def test_who_never_reads_is_not_read_from(self):
        """Memory stays near the bound; nothing is lost or changed order once
        the client reads."""
        client = self.client(receive_buffer=SMALL_WINDOW)
        before = self.server.memory_kb()
        count = OUTBOX_HALF_KB // 1024 + 16

        def send_all():
            for at in range(count):
                client.send(frames.frame(BINARY, b"%08d" % at + LARGE))
        sending = threading.Thread(target=send_all)
        sending.start()
        self.wait_until_paused(client)
        grown = self.server.memory_kb() - before
        for at in range(count):
            self.expect(client, BINARY, b"%08d" % at + LARGE)
        sending.join()
        client.close_cleanly()
        if not self.server.sanitized():
            self.assertLess(grown, OUTBOX_HALF_KB + 16 * 1024)

    def test_one_that_never_reads_does_not_slow_the_others(self):
        stuck = self.client(receive_buffer=SMALL_WINDOW)
        stuck.send(text(LARGE))
        self.server.wait_until_read(stuck)
        other = self.client()
        for at in range(200):
            self.echo(other, b"%d" % at)
        self.expect(stuck, TEXT, LARGE)


class ManyAtOnce(EchoTest):
    """All are readable in one batch of events, because the server stands still
    while they send. So their answers leave together, through io_uring where it
    may be used."""

    clients = 300  # more than the ring takes at once

    def answers(self, payload, **options):
        clients = [self.client(**options) for _ in range(self.clients)]
        self.server.pause()
        for at, client in enumerate(clients):
            client.send(text(payload(at)))
        self.server.resume()
        for at, client in enumerate(clients):
            self.expect(client, TEXT, payload(at))
        for client in clients:
            client.close_cleanly()

    def test_short_answers(self):
        self.answers(lambda at: b"answer %d" % at)
        if not settings.tls:  # which sends by itself
            self.assertEqual(self.server.uses_io_uring(),
                             not settings.without_io_uring)

    def test_answers_that_sockets_take_in_parts(self):
        self.answers(lambda at: b"%04d" % at + LARGE[:300_000],
                     receive_buffer=SMALL_WINDOW)

    def test_some_vanish_among_them(self):
        clients = [self.client() for _ in range(self.clients)]
        self.server.pause()
        for at, client in enumerate(clients):
            client.send(text(b"%d" % at))
            if at % 3 == 1:
                client.vanish()
            if at % 3 == 2:
                client.send(close(1000))
        self.server.resume()
        for at, client in enumerate(clients):
            if at % 3 != 1:
                self.expect(client, TEXT, b"%d" % at)
            if at % 3 == 2:
                client.expect_end(1000)


class BrokenRing(ManyAtOnce):
    """The kernel gives a ring and then refuses to enter it."""

    clients = 20

    @classmethod
    def setUpClass(cls):
        # Over TLS the ring is never entered: records are written one by one.
        cls.server = Echo(tls=False, forbid=("io_uring_enter",))

    def test_short_answers(self):
        self.answers(lambda at: b"answer %d" % at)
        self.assertFalse(self.server.uses_io_uring())
