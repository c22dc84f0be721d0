"""Start, stop, restart, and clients that are slow or gone."""

import asyncio
import os
import signal
import subprocess
import unittest

from support.node import Node
from support.node_test import NodeTest
from support.settings import settings
from support.waiting import DEADLINE_S

LONG = "x" * 30_000
TOO_MANY = 150  # of those, for all buffers on the way


class Stopping(unittest.IsolatedAsyncioTestCase):

    async def test_clients_are_told_and_the_port_is_free_again(self):
        node = Node()
        clients = [await node.speaker(f"user-{at}") for at in range(20)]
        for one in clients:
            await one.subscribe("chat.room")
        stopping = asyncio.create_task(asyncio.to_thread(node.stop))
        for one in clients:
            got, end = await one.up_to_the_end()
            self.assertEqual((end.code, end.reason), (4000, "drain"))
            self.assertLessEqual({each["event"] for each in got},
                                 {"joined", "left"})
        await stopping
        again = Node(port=node.port)
        one = await again.speaker("ann")
        await one.close()
        again.stop()

    async def test_a_stop_without_clients_is_quick_and_clean(self):
        for _ in range(10):
            Node().stop()

    async def test_a_client_that_never_closes_does_not_keep_the_node(self):
        node = Node("websocket { close-timeout = 300ms }")
        one = await node.speaker("ann")
        one.socket.transport.pause_reading()
        await asyncio.to_thread(node.stop)
        one.socket.transport.abort()

    async def test_rooms_begin_anew_after_a_restart(self):
        node = Node()
        one = await node.speaker("ann")
        first = await one.subscribe("chat.room")
        await asyncio.to_thread(node.stop)
        again = Node(port=node.port)
        back = await again.speaker("ann")
        reply = await back.reply(
            "subscribe", topic="chat.room", since={
                "epoch": first["epoch"], "offset": first["offset"]})
        self.assertNotEqual(reply["epoch"], first["epoch"])
        self.assertEqual((reply["recovered"], reply["mode"]),
                         (False, "snapshot"))
        self.assertNotEqual(back.welcome["node"], one.welcome["node"])
        await back.close()
        again.stop()


class Starting(unittest.TestCase):

    def test_a_port_in_use_is_said(self):
        node = Node()
        try:
            with self.assertRaisesRegex(AssertionError, f"{node.port}.*in use"):
                Node(port=node.port)
        finally:
            node.stop()

    def test_all_errors_of_a_configuration_are_listed(self):
        with self.assertRaises(AssertionError) as failed:
            Node('node { thread = 3 }\nlog { level = "loud" }\n')
        for part in ("thread", "loud", "node.conf:"):
            self.assertIn(part, str(failed.exception))

    def test_the_default_configuration_is_accepted(self):
        import tempfile
        printed = subprocess.run([settings.node, "default-config"], check=True,
                                 capture_output=True, timeout=DEADLINE_S)
        with tempfile.NamedTemporaryFile(suffix=".conf") as file:
            file.write(printed.stdout)
            file.flush()
            subprocess.run([settings.node, "check-config", "-c", file.name],
                           check=True, capture_output=True, timeout=DEADLINE_S)


class Running(NodeTest):
    more = """
    websocket { ping-interval = 2s, pong-timeout = 1500ms }
    connection { outbox-messages-max = 64, outbox-bytes-max = 256 KiB }
    topics { short { match = "short.*", kind = room, idle-timeout = 100ms }
             chat { history-bytes = 16 MiB } }
    """

    async def test_who_does_not_answer_pings_is_closed(self):
        one, other = await self.speakers("ann", "bob")
        one.socket.transport.pause_reading()
        await asyncio.to_thread(self.node.wait_for_output,
                                r'"connection.closed".*"no_pong"')
        await other.reply("ping")

    async def test_sighup_reads_the_keys_again(self):
        os.kill(self.node.pid, signal.SIGHUP)
        await asyncio.to_thread(self.node.wait_for_output, "token.reloaded")

    async def test_an_unused_room_ends_and_starts_again(self):
        one = await self.speaker("ann")
        epochs = set()
        while len(epochs) < 3:
            reply = await one.subscribe("short.room")
            epochs.add(reply["epoch"])
            await one.reply("unsubscribe", topic="short.room")

    async def test_a_slow_reader_of_a_topic_is_told_of_the_gap(self):
        slow, writer = await self.speakers("slow", "writer")
        await slow.subscribe(self.topic)
        slow.socket.transport.pause_reading()
        for at in range(TOO_MANY):
            await writer.reply("publish", topic=self.topic, data=LONG)
        slow.socket.transport.resume_reading()
        await slow.reply("ping")  # is answered behind all that was queued
        await writer.reply("publish", topic=self.topic, data="after")
        received = dropped = 0
        while (got := await slow.next()).get("data") != "after":
            if got["event"] == "gap":
                self.assertEqual(got.keys(), {"event", "topic", "dropped",
                                              "reason"})
                self.assertEqual(got["reason"], "overflow")
                dropped += got["dropped"]
            elif got["event"] == "message":
                received += 1
        self.assertGreater(dropped, 0)
        self.assertEqual(received + dropped, TOO_MANY)

    async def test_a_slow_reader_of_a_room_is_repaired(self):
        slow, writer = await self.speakers("slow", "writer")
        first = (await slow.subscribe(self.room))["offset"] + 1
        slow.socket.transport.pause_reading()
        for at in range(TOO_MANY):
            await writer.reply("publish", topic=self.room, data=LONG)
        slow.socket.transport.resume_reading()
        gaps, offsets = [], []
        while len(offsets) < TOO_MANY:
            got = await slow.next()
            if got["event"] == "gap":
                self.assertEqual(got["reason"], "overflow")
                self.assertEqual(got["from"], offsets[-1] + 1)
                gaps.append(got)
            elif got["event"] == "message":
                offsets.append(got["offset"])
        self.assertEqual(offsets, list(range(first, first + TOO_MANY)))
        self.assertGreater(len(gaps), 0)
        while (await slow.next())["event"] != "live":
            pass
        await writer.reply("publish", topic=self.room, data="after")
        await slow.expect("message", data="after")
