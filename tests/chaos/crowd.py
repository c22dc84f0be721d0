"""Who uses a cluster while it is played with: clients of the SDK as a process,
and publishers in Python."""

import asyncio
import json
import random

import websockets

from chaos.clients import Clients
from support.node import JSON, MSGPACK, Closed

AGAIN_S = 0.05  # between two attempts
ANSWER_S = 6.0  # then another node is asked; longer than log.deadline
PASSING = (100, 108, 111)  # errors that say: try again


class Crowd(Clients):
    def __init__(self, urls, topics, **options):
        super().__init__("cluster_clients.js", *urls, "--topics",
                         ",".join(topics), **options)

    def report(self):
        """Stops the publishers; what all were told. The clients stay."""
        self.process.stdin.write("stop\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.printed()
        return json.loads(line)


class Writer:
    """Publishes {from, n} to rooms in turn, one message at a time and each with
    a key, through any node, until `stopping` and the last has its receipt."""

    def __init__(self, nodes, name, topics, pause_s=0.02):
        self.nodes = nodes  # gives those that are there
        self.name, self.topics, self.pause_s = name, topics, pause_s
        self.receipts, self.again, self.stopping = [], 0, False

    async def run(self):
        number = 0
        while not self.stopping:
            await self._through_any_node(number)
            number += 1
            await asyncio.sleep(self.pause_s)

    async def _through_any_node(self, number):
        """One message, until it has its receipt. The connection lives as long
        as it serves."""
        self.one = getattr(self, "one", None)
        while True:
            try:
                self.one = self.one or await asyncio.wait_for(
                    self._connect(), ANSWER_S)
                return await asyncio.wait_for(self._publish(number), ANSWER_S)
            except (Closed, OSError, websockets.WebSocketException,
                    asyncio.TimeoutError):
                self.again += 1
                if self.one:
                    self.one.socket.transport.abort()
                self.one = None
                await asyncio.sleep(AGAIN_S)

    async def _connect(self):
        nodes = self.nodes()
        if not nodes:
            raise ConnectionRefusedError("no node is there")
        return await random.choice(nodes).speaker(
            self.name, random.choice((JSON, MSGPACK)))

    async def _publish(self, number):
        topic = self.topics[number % len(self.topics)]
        while True:
            got = await self.one.ask(
                "publish", topic=topic, key=f"{self.name}-{number}",
                data={"from": self.name, "n": number})
            if got["event"] == "reply":
                break
            assert got["code"] in PASSING, got
            self.again += 1
            await asyncio.sleep(AGAIN_S)
        self.receipts.append({
            "topic": topic, "epoch": got["epoch"], "offset": got["offset"],
            "from": self.name, "n": number})
