"""Each file of configs/ starts, and does what it is for."""

import asyncio
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from support.nats import Nats
from support.node import READY, Node
from support.server import Server
from support.settings import settings
from support.tokens import SECRET

CONFIGS = Path(__file__).parents[3] / "configs"
# As operators override a file: no port is taken, and READY reads JSON.
OVERRIDES = {"ROOKERY__HTTP__PORT": "0", "ROOKERY__HTTP__INTERNAL_PORT": "0",
             "ROOKERY__LOG__FORMAT": "json", "ROOKERY_TOKEN_SECRET": SECRET}


class Deployed(Node):
    """A node with a file as it is, and what the environment says."""

    def __init__(self, file, **environment):
        with mock.patch.dict(os.environ, {**OVERRIDES, **environment}):
            Server.__init__(self, [settings.node, "serve", "-c", str(file)],
                            READY)
        self.internal_port = int(self.ready[2])


class Configs(unittest.IsolatedAsyncioTestCase):
    def shortDescription(self):
        return None  # the name says it

    async def asyncSetUp(self):
        # unittest turns it on, and it tells of every slow step.
        asyncio.get_running_loop().set_debug(False)

    def start(self, file, **environment):
        node = Deployed(CONFIGS / file, **environment)
        self.addAsyncCleanup(asyncio.to_thread, node.stop)
        self.assertEqual(node.get("/ready")[0], 200)
        return node

    async def talks(self, node, topic, users="ab"):
        """Two clients, who are returned, hear each other."""
        one, two = [await self.speaker(node, user) for user in users]
        for each in (one, two):
            await each.subscribe(topic)
        await one.reply("publish", topic=topic, data="hello", tag="a")
        while (got := await two.next())["event"] != "message":
            pass
        self.assertEqual((got["topic"], got["data"]), (topic, "hello"))
        return one, two

    async def speaker(self, node, user):
        """None: without a token."""
        one = await (node.speaker(user) if user else node.stranger())
        self.addAsyncCleanup(one.socket.close)
        if not user:
            await one.expect("welcome")
        return one

    def test_none_is_forgotten_here(self):
        self.assertEqual({file.name for file in CONFIGS.iterdir()}, {
            "reference.conf", "standalone.conf", "cluster.conf", "chat.conf",
            "game.conf"})

    def test_each_but_the_reference_is_short(self):
        for file in CONFIGS.iterdir():
            if file.name != "reference.conf":
                self.assertLess(len(file.read_text().splitlines()), 70, file)

    async def test_reference(self):
        """It has all defaults, so nobody without a token may enter, and there
        is no topic."""
        node = self.start("reference.conf")
        self.assertEqual(node.get("/nothing")[0], 404)

    async def test_standalone(self):
        node = self.start("standalone.conf")
        self.assertIn("<html", node.get("/")[1].lower())
        for topic in ("room.hall", "chat.hall", "live.hall", "notifications"):
            await self.talks(node, topic, (None, None))

    async def test_chat(self):
        node = self.start("chat.conf")
        await self.talks(node, "chat.room-1")
        await self.talks(node, "live.room-1")
        await self.talks(node, "user.ann.news", ("ann", "ann"))
        stranger = await self.speaker(node, "cyd")
        await stranger.refused(103, "publish", topic="chat.room-1", data=1)
        await stranger.refused(103, "subscribe", topic="user.ann.news")

    async def test_game(self):
        node = self.start("game.conf")
        one = await self.speaker(node, "ann")
        await one.reply("lobby.create", topic="match.1", seats=2)
        listed = await one.reply("lobby.list", prefix="match.")
        self.assertEqual([each["topic"] for each in listed["lobbies"]],
                         ["match.1"])
        await one.reply("publish", topic="$play.match.1", data=[1, 2])
        await self.talks(node, "user.ann.invitations", ("ann", "ann"))
        stranger = await self.speaker(node, "cyd")
        await stranger.refused(103, "publish", topic="match.1", data=1)

    async def test_cluster(self):
        nats = Nats()
        self.addCleanup(nats.end)
        at = {"ROOKERY__CLUSTER__NATS__SERVERS": nats.url}
        node = self.start("cluster.conf", NODE_NAME="n1", **at)
        other = self.start("cluster.conf", NODE_NAME="n2", **at)
        self.assertIn('"cluster":"rookery"', node.get("/nodes", internal=True)[1])
        one = await self.speaker(node, "a")
        self.assertEqual(one.welcome["node"], "n1")
        await one.subscribe("chat.hall")
        sent = await one.reply("publish", topic="chat.hall", data="hello")
        two = await self.speaker(other, "b")
        got = await two.reply("history", topic="chat.hall")
        self.assertEqual([each["offset"] for each in got["messages"]],
                         [sent["offset"]])

    async def test_a_site_includes_one_and_changes_what_differs(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        site = Path(folder.name, "site.conf")
        site.write_text(f'include "{CONFIGS}/chat.conf"\n'
                        'node.name = "site-1"\n'
                        "connection.subscriptions-max = 1\n"
                        "topics.own = null\n"
                        'topics.news { match = "news.*" }\n')
        node = self.start(site, ROOKERY__WEBSOCKET__MESSAGE_BYTES_MAX="1KiB")
        one, _ = await self.talks(node, "chat.room-1")
        await one.refused(106, "subscribe", topic="chat.room-2")
        two = await self.speaker(node, "c")
        self.assertEqual((two.welcome["node"],
                          two.welcome["max_message_bytes"]), ("site-1", 1024))
        await two.subscribe("news.today")
