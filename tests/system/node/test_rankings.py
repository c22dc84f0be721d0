"""Who is slow and what is busy, in metrics and in the internal HTTP API."""

import asyncio
import json
import re

from support.node_test import NodeTest
from support.waiting import wait_until

LONG = "x" * 30_000


class Rankings(NodeTest):

    def get(self, path):
        status, body = self.node.get(path, internal=True)
        self.assertEqual(status, 200, body)
        return json.loads(body)

    async def blocked(self, user):
        """A client that does not read, and has messages that wait for it."""
        one, writer = await self.speakers(user, "writer")
        await one.subscribe(self.room)
        one.socket.transport.pause_reading()
        connection = one.welcome["connection"]

        def shown():
            return next((found for found in self.get("/slowest")["connections"]
                         if found["connection"] == connection
                         and found["outbox"]["bytes"] > 10 * len(LONG)), None)
        while not shown():
            for _ in range(8):
                await writer.reply("publish", topic=self.room, data=LONG)
        return one, writer, shown()

    async def test_who_does_not_read_is_among_the_slowest(self):
        one, _, shown = await self.blocked("ann")
        self.assertEqual((shown["user"], shown["address"]),
                         ("ann", "127.0.0.1"))
        self.assertEqual(shown["topics"], [self.room])
        self.assertTrue(shown["blocked"])
        self.assertGreater(shown["outbox"]["messages"], 0)
        self.assertGreater(shown["age_ms"], 0)
        one.socket.transport.resume_reading()
        await asyncio.to_thread(
            wait_until, lambda: not self.get("/slowest")["connections"],
            "nobody is slow")

    async def test_metrics_sum_what_waits(self):
        one, _, _ = await self.blocked("ann")
        self.assertGreater(self.node.metric("rookery_outbox_bytes"),
                           10 * len(LONG))
        self.assertEqual(self.node.metric("rookery_connections_blocked"), 1)
        self.assertEqual(
            self.node.metric("rookery_outbox_depth_messages_count"), 1)
        self.assertGreaterEqual(self.node.metric(
            'rookery_connections_by_state{state="open"}'), 2)
        one.socket.transport.resume_reading()

    async def test_metrics_time_the_way_of_a_message(self):
        names = [f"rookery_{part}_seconds" for part in (
            "publish_to_log", "publish_to_outbox", "log_to_socket",
            "delivery_in_mailbox")]

        def seen(what):
            return [self.node.metric(f"{name}_{what}") for name in names]
        one, two = await self.speakers("one", "two")
        await one.subscribe(self.topic)
        before, took = seen("count"), seen("sum")
        for number in range(20):
            await two.reply("publish", topic=self.topic, data=number)
            await one.expect("message")
        wait_until(lambda: min(now - then for now, then
                               in zip(seen("count"), before)) >= 20,
                   "all parts of the way of all messages are timed")
        for name, now, then in zip(names, seen("sum"), took):
            self.assertGreater(now, then, name)
            self.assertLess(now - then, 20, name)

    async def test_topics_with_most_publishes_are_the_busiest(self):
        one, two = await self.speakers("one", "two")
        for client in (one, two):
            await client.subscribe(self.topic)
        for number in range(50):
            await one.reply("publish", topic=self.topic, data=number)
        await one.reply("publish", topic=f"{self.topic}.other", data=0)
        busiest = self.get("/busiest?limit=1")["topics"]
        self.assertEqual([found["topic"] for found in busiest], [self.topic])
        self.assertEqual(busiest[0]["subscribers"], 2)
        self.assertGreater(busiest[0]["publishes_per_second"], 1)

    def test_all_metrics_are_well_formed(self):
        _, text = self.node.get("/metrics", internal=True)
        for line in text.splitlines():
            if not line.startswith("#"):
                self.assertRegex(line, r"^rookery_\w+(\{\w+=\"[^\"]*\"\})? "
                                       r"[-+0-9.einf]+$")
        told = re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)
        self.assertEqual(len(told), len(set(told)))
