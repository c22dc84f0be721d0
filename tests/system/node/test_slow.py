"""Clients that do not read: what each overflow policy makes of them, on real
sockets with small windows."""

import asyncio
import json
import time

from support import frames
from support.client import Client
from support.node import JSON
from support.node_test import NodeTest
from support.tokens import token
from support.waiting import DEADLINE_S, wait_until

SMALL_WINDOW = 4096
PADDING = "x" * 1000


class SlowClients(NodeTest):
    more = """
    connection { outbox-messages-max = 64, outbox-bytes-max = 128 KiB,
                 send-buffer-bytes = 8 KiB }
    laggard { grace = 1s, linger = 20s }
    topics {
      oldest { match = "oldest.*", overflow = drop-oldest }
      newest { match = "newest.*", overflow = drop-newest }
      latest { match = "latest.*", overflow = keep-latest }
      ordered { match = "ordered.*", overflow = block-sender,
                block-timeout = 3s }
      impatient { match = "impatient.*", overflow = block-sender,
                  block-timeout = 300ms }
      strict { match = "strict.*", overflow = disconnect }
    }
    """

    def slow(self, topic):
        """A client that has subscribed and reads nothing until it is told."""
        one = Client(self.node.port, receive_buffer=SMALL_WINDOW,
                     path=f"/ws?token={token('slow')}", protocols=[JSON])
        self.addCleanup(one.sock.close)
        one.send(frames.text(json.dumps(
            {"event": "subscribe", "id": 1, "topic": topic}).encode()))
        while json.loads(one.next().payload)["event"] != "reply":
            pass
        return one

    async def flood(self, who, topic, first, last, **fields):
        """Publishes numbers, the last of them acknowledged."""
        for number in range(first, last):
            await who.send("publish", topic=topic,
                           data={"n": number, "padding": PADDING}, **fields)
        await who.reply("publish", topic=topic,
                        data={"n": last, "padding": PADDING}, **fields)

    @staticmethod
    def events(client, until):
        """What comes, up to the first for which `until` holds."""
        got, end = [], time.monotonic() + DEADLINE_S
        while not got or not until(got[-1]):
            assert time.monotonic() < end, f"not in time: {got[-3:]}"
            frame = client.next()
            assert frame is not None, f"the end came: {got[-3:]}"
            if frame.opcode == frames.TEXT:
                got.append(json.loads(frame.payload))
        return got

    async def all_that_comes(self, client):
        """Waits until nothing more does: what was queued, and then the counts
        of what was dropped, for which there is room now."""
        got, quiet = [], 0
        while quiet < 2:
            client.send(frames.text(b'{"event":"ping"}'))
            more = await asyncio.to_thread(
                self.events, client, lambda one: one["event"] == "pong")
            quiet = quiet + 1 if len(more) == 1 else 0
            got += more
        return got

    @staticmethod
    def numbers(events):
        return [one["data"]["n"] for one in events
                if one["event"] == "message"]

    @staticmethod
    def dropped(events):
        return sum(one["dropped"] for one in events if one["event"] == "gap")

    async def test_drop_oldest_delivers_the_newest_and_counts_the_rest(self):
        fast = await self.speaker("fast")
        slow = self.slow("oldest.a")
        await self.flood(fast, "oldest.a", 1, 500)
        got = await self.all_that_comes(slow)
        seen = self.numbers(got)
        self.assertEqual(seen, sorted(set(seen)))
        self.assertEqual(seen[-60:], list(range(441, 501)))
        self.assertEqual(len(seen) + self.dropped(got), 500)

    async def test_drop_newest_keeps_what_came_first_and_counts_the_rest(self):
        fast = await self.speaker("fast")
        slow = self.slow("newest.a")
        await self.flood(fast, "newest.a", 1, 500)
        got = await self.all_that_comes(slow)
        await self.flood(fast, "newest.a", 501, 502)
        got += await self.all_that_comes(slow)
        due = 1
        for one in got:  # each gap stands where the dropped ones would have
            if one["event"] == "message":
                self.assertEqual(one["data"]["n"], due)
                due += 1
            elif one["event"] == "gap":
                due += one["dropped"]
        self.assertEqual(due, 503)
        self.assertGreater(self.dropped(got), 0)

    async def test_keep_latest_always_delivers_the_last_of_each_tag(self):
        fast = await self.speaker("fast")
        slow = self.slow("latest.a")
        for player in range(1, 6):
            await self.flood(fast, "latest.a", 1, 200 + player,
                             tag=f"player-{player}")
        got = await self.all_that_comes(slow)
        seen = self.numbers(got)
        # Its socket may take some between two floods, and be full again.
        last = [seen.index(200 + player) for player in range(1, 6)]
        self.assertEqual(last, sorted(last))
        self.assertEqual(seen[-1], 205)
        self.assertEqual(len(seen) + self.dropped(got), 5 * 200 + 15)
        self.assertLess(len(seen), 300)

    async def test_block_sender_waits_for_who_reads_again_and_loses_nothing(
            self):
        fast = await self.speaker("fast")
        slow = self.slow("ordered.a")
        flood = asyncio.create_task(self.flood(fast, "ordered.a", 1, 300))
        await asyncio.to_thread(
            wait_until,
            lambda: self.node.metric("rookery_connections_blocked") > 0,
            "a socket that is full")
        self.assertFalse(flood.done())
        got = await asyncio.to_thread(
            self.events, slow,
            lambda one: one["event"] == "message" and one["data"]["n"] == 300)
        await flood
        self.assertEqual(self.numbers(got), list(range(1, 301)))

    async def test_one_dead_subscriber_can_not_stop_a_topic_that_blocks(self):
        fast, other = await self.speakers("fast", "other")
        await other.subscribe("impatient.a")
        dead = self.slow("impatient.a")
        flood = asyncio.create_task(self.flood(fast, "impatient.a", 1, 300))
        for number in range(1, 301):
            event = await other.expect("message", topic="impatient.a")
            self.assertEqual(event["data"]["n"], number)
        await flood
        self.expect_verdict(dead, "kept the publishers of impatient.a waiting")

    async def test_disconnect_says_how_far_behind_the_client_was(self):
        fast = await self.speaker("fast")
        slow = self.slow("strict.a")
        await self.flood(fast, "strict.a", 1, 500)
        self.expect_verdict(slow, "behind on strict.a")

    async def test_the_close_code_of_a_dead_client_arrives_when_it_reads(self):
        fast = await self.speaker("fast")
        dead = self.slow(self.room)
        before = self.node.metric(
            'rookery_connections_closed_total{reason="laggard"}')
        await self.flood(fast, self.room, 1, 200)
        await asyncio.to_thread(
            wait_until,
            lambda: self.node.metric(
                'rookery_connections_closed_total{reason="laggard"}') > before,
            "the verdict")
        self.expect_verdict(dead, "nothing read for")

    async def test_a_slow_client_that_moves_is_kept_and_repaired(self):
        fast = await self.speaker("fast")
        slow = self.slow(self.room)
        await self.flood(fast, self.room, 1, 200)
        for _ in range(15):  # three times the grace
            slow.read_some(2000)  # enough for the window to open each time
            await asyncio.sleep(0.2)
        got = await asyncio.to_thread(
            self.events, slow,
            lambda one: one["event"] == "message" and one["data"]["n"] == 200)
        self.assertEqual(self.numbers(got), list(range(1, 201)))
        self.assertIn("gap", [one["event"] for one in got])

    def expect_verdict(self, client, why):
        """The backlog is gone: what was in flight comes, then the reason."""
        got = client.rest()
        self.assertEqual(got[-1].opcode, frames.CLOSE)
        self.assertEqual(got[-1].close_code, 4002)
        reason = got[-1].close_reason
        self.assertTrue(reason.startswith("laggard: "), reason)
        self.assertIn(why, reason)
