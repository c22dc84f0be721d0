"""Frames that the Autobahn cases leave out."""

import os

from support import frames
from support.echo_test import EchoTest
from support.frames import BINARY, PONG, TEXT, binary, close, header, more, \
    ping, text

LIMIT = 64 << 20  # of rookery-echo


class Frames(EchoTest):

    def fails(self, data, code):
        client = self.client()
        client.send(data)
        client.expect_end(code)

    def test_unmasked_frames_break_the_protocol(self):
        for opcode in (TEXT, BINARY, frames.PING, frames.CLOSE):
            self.fails(header(opcode, 5, masked=False) + b"hello", 1002)

    def test_lengths_must_have_their_shortest_form(self):
        for length, form in ((0, 2), (125, 2), (0, 8), (125, 8), (126, 8),
                             (65535, 8)):
            self.fails(header(TEXT, length, form=form) + os.urandom(4), 1002)

    def test_a_length_of_64_bits_breaks_the_protocol(self):
        self.fails(header(BINARY, 1 << 63) + os.urandom(4), 1002)

    def test_what_a_frame_promises_is_refused_before_it_comes(self):
        self.fails(header(BINARY, LIMIT + 1) + os.urandom(4), 1009)
        self.fails(header(BINARY, (1 << 63) - 1) + os.urandom(4), 1009)

    def test_fragments_together_may_not_pass_the_limit(self):
        client = self.client()
        client.send(binary(b"x", fin=False))
        client.send(header(frames.CONTINUATION, LIMIT) + os.urandom(4))
        client.expect_end(1009)

    def test_the_first_two_octets_are_judged_alone(self):
        self.fails(header(TEXT, 5, rsv=1)[:2], 1002)
        self.fails(header(3, 5)[:2], 1002)

    def test_a_control_frame_within_a_fragment_s_header(self):
        whole = text(b"hello")
        client = self.client()
        for octet in text(b"hel", fin=False) + ping(b"!") + more(b"lo"):
            client.send(bytes([octet]))
        self.expect(client, PONG, b"!")
        self.expect(client, TEXT, b"hello")
        client.send(whole[:1])
        client.send(whole[1:])
        self.expect(client, TEXT, b"hello")

    def test_a_character_may_be_cut_between_fragments_by_a_ping(self):
        client = self.client()
        euro = "€".encode()
        client.send(text(euro[:1], fin=False), ping(), more(euro[1:]))
        self.expect(client, PONG)
        self.expect(client, TEXT, euro)

    def test_a_text_may_not_end_within_a_character(self):
        client = self.client()
        client.send(text(b"ok", fin=False), more(b"\xe2\x82"))
        client.expect_end(1007)

    def test_binary_may_hold_anything(self):
        client = self.client()
        for size in (1, 3, 4, 5, 63, 64, 65, 4095, 70_000):
            self.echo(client, os.urandom(size), BINARY)

    def test_a_thousand_messages_in_one_packet(self):
        client = self.client()
        client.send(*[text(b"%d" % at) for at in range(1000)])
        for at in range(1000):
            self.expect(client, TEXT, b"%d" % at)

    def test_masks_of_all_kinds(self):
        client = self.client()
        for key in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\1\2\3\4"):
            payload = os.urandom(1001)
            client.send(header(BINARY, len(payload)) + key
                        + frames.xor(payload, key))
            self.expect(client, BINARY, payload)

    def test_close_codes_of_the_registry_come_back(self):
        for code in (1012, 1013, 1014):
            client = self.client()
            client.send(close(code))
            client.expect_end(code, exactly=True)


class Deflate(EchoTest):
    """What compressed clients can do wrong. The echo never compresses short
    messages to more than they are."""

    @classmethod
    def setUpClass(cls):
        from support.server import Echo
        cls.server = Echo(deflate=True)

    def client(self, **options):
        one = super().client(extensions="permessage-deflate", **options)
        self.assertTrue(one.extensions)
        return one

    def fails(self, data, code):
        client = self.client()
        client.send(data)
        client.expect_end(code)

    @staticmethod
    def packed(payload, **options):
        import zlib
        packer = zlib.compressobj(wbits=-15, **options)
        return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]

    def test_garbage_is_not_deflate_data(self):
        self.fails(binary(b"\xff" * 100, rsv=4), 1007)

    def test_a_compressed_text_must_be_utf8(self):
        self.fails(text(self.packed(b"\xff\xfe"), rsv=4), 1007)

    def test_control_frames_and_continuations_are_not_compressed(self):
        self.fails(ping(b"x", rsv=4), 1002)
        self.fails(text(self.packed(b"x"), fin=False, rsv=4)
                   + more(b"", rsv=4), 1002)

    def test_a_bomb_ends_at_the_limit(self):
        before = self.server.memory_peak_kb()
        bomb = self.packed(b"\0" * (LIMIT * 4), level=9)
        self.fails(binary(bomb, rsv=4), 1009)
        if not self.server.sanitized():
            self.assertLess(self.server.memory_peak_kb() - before,
                            3 * LIMIT // 1024)

    def test_plain_messages_are_still_welcome(self):
        client = self.client()
        self.echo(client, b"short")
        client.send(text(self.packed(b""), rsv=4))
        self.expect(client, TEXT)

    def test_offers_that_cannot_be_served_are_declined(self):
        for offer in ("permessage-deflate; unknown",
                      "permessage-deflate; server_max_window_bits=8",
                      "permessage-deflate; server_max_window_bits=16",
                      "permessage-deflate; server_max_window_bits",
                      "permessage-deflate; server_no_context_takeover=1",
                      "permessage-deflate; client_max_window_bits=7",
                      "permessage-deflate; client_max_window_bits"
                      "; client_max_window_bits",
                      "permessage-bzip2", "x-webkit-deflate-frame"):
            with self.subTest(offer=offer):
                with self.server.client(extensions=offer) as client:
                    self.assertEqual(client.extensions, "")
                    self.echo(client, b"plain")

    def test_a_second_offer_is_taken_when_the_first_cannot(self):
        offer = ("permessage-deflate; server_max_window_bits=8"
                 ", permessage-deflate; server_max_window_bits=10")
        with self.server.client(extensions=offer) as client:
            self.assertIn("server_max_window_bits=10", client.extensions)
