"""The HTTP front: what is not an upgrade, and what is not even HTTP."""

import socket

from support import frames
from support.client import new_key, read_response, upgrade_request
from support.echo_test import EchoTest, plain_only
from support.waiting import wait_until

GET = b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Requests(EchoTest):

    def ask(self, request, **how):
        """Sends a request on a new connection; its answer and the socket."""
        sock = self.connect()
        sock.sendall(request)
        response, rest = read_response(sock, **how)
        self.assertEqual(rest, b"")
        return response, sock

    def refused(self, request, status):
        """The answer has this status, and it is the last."""
        response, sock = self.ask(request)
        self.assertEqual(response.status, status, response.body)
        self.assertIn("close", response.headers["connection"].lower())
        self.assertEqual(sock.recv(1), b"")
        return response

    def test_two_requests_on_one_connection(self):
        response, sock = self.ask(GET)
        self.assertEqual(response.status, 404)
        self.assertEqual(response.body, b"only WebSockets here\n")
        sock.sendall(GET)
        self.assertEqual(read_response(sock)[0].status, 404)

    def test_pipelined_requests_are_answered_in_order(self):
        sock = self.connect()
        sock.sendall(GET + GET.replace(b"GET", b"HEAD") + GET)
        first, rest = read_response(sock)
        second, rest = read_response(sock, rest, head_only=True)
        third, rest = read_response(sock, rest)
        self.assertEqual((first.body, third.body, rest), (
            b"only WebSockets here\n", b"only WebSockets here\n", b""))
        self.assertEqual(second.headers["content-length"],
                         first.headers["content-length"])

    def test_an_upgrade_may_follow_other_requests(self):
        sock = self.connect()
        key = new_key()
        sock.sendall(GET + GET + upgrade_request(key))
        _, rest = read_response(sock)
        _, rest = read_response(sock, rest)
        response, rest = read_response(sock, rest)
        self.assertEqual((response.status, rest), (101, b""))

    def test_unknown_methods_are_requests_like_others(self):
        for method in (b"DELETE", b"OPTIONS", b"FROBNICATE"):
            response, _ = self.ask(GET.replace(b"GET", method))
            self.assertEqual(response.status, 404, method)

    def test_bodies_are_read_away(self):
        post = GET.replace(b"GET", b"POST").removesuffix(b"\r\n")
        sock = self.connect()
        sock.sendall(post + b"Content-Length: 60000\r\n\r\n" + b"x" * 60000
                     + post + b"Transfer-Encoding: chunked\r\n\r\n"
                     + b"5\r\nhello\r\n0\r\n\r\n" + GET)
        rest = b""
        for _ in range(3):
            response, rest = read_response(sock, rest)
            self.assertEqual(response.status, 404)

    def test_a_body_over_the_limit_is_refused_before_it_comes(self):
        self.refused(b"POST / HTTP/1.1\r\nHost: a\r\n"
                     b"Content-Length: 99999999\r\n\r\n", 413)

    def test_a_chunked_body_over_the_limit_is_refused(self):
        self.refused(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked"
                     b"\r\n\r\n20000\r\n" + b"x" * 0x20000, 413)

    def test_a_huge_header_is_refused(self):
        self.refused(GET.removesuffix(b"\r\n") + b"X: " + b"y" * 20_000, 431)

    def test_many_header_fields_are_refused(self):
        self.refused(GET.removesuffix(b"\r\n") + b"A: b\r\n" * 5000, 431)

    def test_a_huge_target_is_refused(self):
        self.refused(b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", 431)

    def test_garbage_is_a_bad_request(self):
        for garbage in (b"hello\r\n\r\n", b"\0\1\2\3\r\n\r\n", b"\r\r\r\r\n\n",
                        b"GET / HTTP/9.9\r\n\r\n", b"GET /\r\n\r\n",
                        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
                        b"GET / HTTP/1.1\r\nA : b\r\n\r\n",
                        b"GET / HTTP/1.1\nHost: a\n\n",
                        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
            with self.subTest(garbage=garbage):
                self.refused(garbage, 400)

    def test_two_lengths_of_one_body_are_refused(self):
        for lengths in (b"Content-Length: 5\r\nContent-Length: 6",
                        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
                        b"Content-Length: -1", b"Content-Length: 5x"):
            with self.subTest(lengths=lengths):
                self.refused(b"POST / HTTP/1.1\r\nHost: a\r\n" + lengths
                             + b"\r\n\r\nhello", 400)

    def test_http_1_0_is_answered_once(self):
        for more in (b"", b"Connection: keep-alive\r\n"):
            self.refused(b"GET /x HTTP/1.0\r\n" + more + b"\r\n", 404)

    def test_connection_close_is_obeyed(self):
        self.refused(GET.removesuffix(b"\r\n") + b"Connection: close\r\n\r\n",
                     404)

    @plain_only
    def test_who_has_said_all_still_gets_the_answers(self):
        sock = self.connect()
        sock.sendall(GET + GET)
        sock.shutdown(socket.SHUT_WR)
        _, rest = read_response(sock)
        response, rest = read_response(sock, rest)
        self.assertEqual((response.status, rest), (404, b""))
        self.assertEqual(sock.recv(1), b"")

    def test_byte_at_a_time(self):
        sock = self.connect()
        for octet in GET:
            sock.sendall(bytes([octet]))
        self.assertEqual(read_response(sock)[0].status, 404)


class Upgrades(EchoTest):

    def refused(self, request, status):
        sock = self.connect()
        sock.sendall(request)
        response, rest = read_response(sock)
        self.assertEqual((response.status, rest), (status, b""))
        self.assertEqual(sock.recv(1), b"")
        return response

    def request(self, **changes):
        """An upgrade request; a change of None takes the header away."""
        lines = upgrade_request(new_key()).decode().split("\r\n")
        for name, value in changes.items():
            name = name.replace("_", "-")
            lines = [line for line in lines
                     if not line.lower().startswith(name.lower() + ":")]
            if value is not None:
                lines.insert(1, f"{name}: {value}")
        return "\r\n".join(lines).encode()

    def test_what_is_missing_or_wrong(self):
        key = "Sec_WebSocket_Key"
        for status, changes in (
                (400, {key: None}), (400, {key: "short"}),
                (400, {key: "x" * 24}), (400, {"Host": None}),
                (400, {"Connection": "keep-alive"}),
                (426, {"Upgrade": None}), (426, {"Upgrade": "h2c"}),
                (426, {"Sec_WebSocket_Version": None}),
                (426, {"Sec_WebSocket_Version": "8"}),
                (400, {"Content_Length": "5"})):
            with self.subTest(**changes):
                request = self.request(**changes)
                self.refused(request + b"hello", status)

    def test_the_supported_version_is_told(self):
        response = self.refused(self.request(Sec_WebSocket_Version="12"), 426)
        self.assertEqual(response.headers["sec-websocket-version"], "13")

    def test_only_get_of_http_1_1(self):
        request = self.request()
        self.refused(request.replace(b"GET", b"PUT"), 405)
        self.refused(request.replace(b"HTTP/1.1", b"HTTP/1.0"), 400)

    def test_lists_and_letter_case_do_not_matter(self):
        sock = self.connect()
        sock.sendall(self.request(Connection="keep-alive, uPgRaDe",
                                  Upgrade="foo, WebSocket"))
        self.assertEqual(read_response(sock)[0].status, 101)

    def test_byte_at_a_time(self):
        sock = self.connect()
        for octet in self.request():
            sock.sendall(bytes([octet]))
        self.assertEqual(read_response(sock)[0].status, 101)

    def test_a_query_belongs_to_the_path(self):
        with self.server.client(path="/?token=abc") as client:
            self.echo(client, b"hello")

    def test_no_extension_is_used_that_was_not_configured(self):
        with self.server.client(extensions="permessage-deflate") as client:
            self.assertEqual(client.extensions, "")


class SlowRequests(EchoTest):
    """Who does not finish a request in time is closed."""

    options = ("--request-timeout-ms", "300")

    def closed_in_time(self, sock, octets=b""):
        """The server ends the connection although we go on sending."""
        sock.settimeout(0.02)  # the pace
        unsent = bytearray(octets)

        def ended():
            try:
                sock.sendall(bytes([unsent.pop(0)]) if unsent else b"")
                return sock.recv(1) == b""
            except TimeoutError:
                return False
            except OSError:
                return True  # it was gone before our octet came
        wait_until(ended, "a slow client is closed")

    def test_silence(self):
        self.closed_in_time(self.connect())

    def test_a_header_that_never_ends(self):
        sock = self.connect()
        sock.sendall(GET.removesuffix(b"\r\n"))
        self.closed_in_time(sock, b"X: " + b"y" * 4000)

    def test_a_body_that_never_ends(self):
        sock = self.connect()
        sock.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n"
                     b"Content-Length: 5000\r\n\r\n")
        self.closed_in_time(sock, b"y" * 4000)

    def test_an_idle_connection_after_an_answer(self):
        sock = self.connect()
        sock.sendall(GET)
        read_response(sock)
        self.closed_in_time(sock)

    def test_two_hundred_at_once(self):
        for sock in [self.connect() for _ in range(200)]:
            sock.sendall(b"GET /slow")
        self.server.wait_until_idle()

    def test_an_upgraded_connection_may_be_silent(self):
        client = self.client()
        self.closed_in_time(self.connect())  # later than the time-out
        self.echo(client, b"hello")


class Pipelined(EchoTest):
    """Frames that come in one packet with the upgrade request."""

    def test_one_message(self):
        with self.server.client(early=frames.text(b"early")) as client:
            self.expect(client, frames.TEXT, b"early")
            client.close_cleanly()

    def test_many_messages_more_than_the_credit(self):
        count = 1000
        early = b"".join(frames.text(b"%d" % at) for at in range(count))
        with self.server.client(early=early) as client:
            for at in range(count):
                self.expect(client, frames.TEXT, b"%d" % at)
            client.close_cleanly()

    def test_a_broken_frame(self):
        with self.server.client(early=frames.text(b"x", rsv=2)) as client:
            client.expect_end(1002)

    def test_half_a_frame(self):
        whole = frames.text(b"in two parts")
        with self.server.client(early=whole[:5]) as client:
            client.send(whole[5:])
            self.expect(client, frames.TEXT, b"in two parts")
