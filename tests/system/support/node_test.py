"""The base of tests against a node."""

import asyncio
import os
import unittest
from unittest import mock

from support.node import JSON, MSGPACK, Node


class NodeTest(unittest.IsolatedAsyncioTestCase):
    """One node for all tests of a class. Afterwards it holds no socket of a
    client, and it stops in order."""

    more = ""  # HOCON behind the usual configuration
    subprotocol = JSON

    @classmethod
    def setUpClass(cls):
        cls.node = Node(cls.more)

    @classmethod
    def tearDownClass(cls):
        try:
            cls.node.wait_until_idle()
        finally:
            cls.node.stop()

    def shortDescription(self):
        return None  # the name says it

    def setUp(self):
        # A topic of its own for each test.
        self.room = f"chat.{self._testMethodName}"
        self.topic = f"news.{self._testMethodName}"

    async def asyncSetUp(self):
        # unittest turns it on, and it tells of every slow step.
        asyncio.get_running_loop().set_debug(False)

    async def asyncTearDown(self):
        """Whatever the test has done, the node serves."""
        one, two = await self.speakers("serves", "still")
        await one.subscribe("chat.after")
        await two.subscribe("chat.after")
        await two.reply("publish", topic="chat.after", data="serving")
        while (await one.next()).get("data") != "serving":
            pass
        await asyncio.gather(one.close(), two.close())

    async def speaker(self, user, subprotocol=None, **claims):
        one = await self.node.speaker(user, subprotocol or self.subprotocol,
                                      **claims)
        self.addAsyncCleanup(one.close)
        return one

    async def speakers(self, *users):
        return [await self.speaker(user) for user in users]

    async def stranger(self, **options):
        options.setdefault("subprotocol", self.subprotocol)
        one = await self.node.stranger(**options)
        self.addAsyncCleanup(one.close)
        return one


class MeasuredNodeTest(NodeTest):
    """The node's memory is looked at: what it frees, a sanitizer frees too,
    instead of keeping hundreds of megabytes."""

    @classmethod
    def setUpClass(cls):
        with mock.patch.dict(os.environ, ASAN_OPTIONS=":".join(filter(None, [
                os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=1",
                "thread_local_quarantine_size_kb=16"]))):
            super().setUpClass()


def in_both_encodings(cls):
    """Runs a class of tests with JSON and with MessagePack clients."""
    cls.subprotocol = JSON
    return cls, type(f"{cls.__name__}MessagePack", (cls,),
                     {"subprotocol": MSGPACK, "__module__": cls.__module__})
