"""Alerts: on a client that does not read, and for Prometheus."""

import asyncio
import json
import subprocess
from pathlib import Path

from support.node_test import NodeTest
from support.waiting import DEADLINE_S

ROOT = Path(__file__).parents[3]
RULES = ROOT / "docker/prometheus/rules.yml"
LONG = "x" * 30_000
TOPIC = "$sys.alerts"


def promtool(*arguments, text=None):
    done = subprocess.run(["promtool", *map(str, arguments)], input=text,
                          capture_output=True, text=True, check=False,
                          timeout=DEADLINE_S)
    return done.returncode, done.stdout + done.stderr


class Alerts(NodeTest):
    more = """
    alerts { check-interval = 100ms, after = 300ms }
    connection { outbox-bytes-max = 256KiB, send-buffer-bytes = 16KiB }
    """

    def raised(self):
        return self.node.metric('rookery_alerts{scope="connection"}')

    async def operator(self):
        one = await self.speaker("operator", topics={TOPIC: "subscribe"})
        await one.subscribe(TOPIC)
        return one

    async def test_a_client_that_does_not_read_is_told_until_it_does(self):
        operator = await self.operator()
        slow, writer = await self.speakers("slow", "writer")
        await slow.subscribe(self.room)
        slow.socket.transport.pause_reading()
        while not self.raised():
            for _ in range(4):
                await writer.reply("publish", topic=self.room, data=LONG)
        told = await operator.expect("message")
        self.assertEqual((told["topic"], told["user"]), (TOPIC, "$sys"))
        data = told["data"]
        self.assertGreaterEqual(data.pop("percent"), 50)
        self.assertEqual(data, {
            "alert": "raised", "scope": "connection", "user": "slow",
            "connection": slow.welcome["connection"],
            "address": "127.0.0.1"})
        line = await asyncio.to_thread(self.node.wait_for_output,
                                       r'.*"event":"alert.raised".*')
        self.assertEqual(json.loads(line[0])["connection"],
                         slow.welcome["connection"])
        slow.socket.transport.resume_reading()
        told = await operator.expect("message")
        self.assertEqual(told["data"]["alert"], "cleared")
        self.assertEqual(self.raised(), 0)
        await asyncio.to_thread(self.node.wait_for_output,
                                r'"event":"alert.cleared"')

    async def test_only_who_has_the_right_may_listen(self):
        for claims in ({}, {"topics": {">": "all"}}):
            one = await self.speaker("ann", **claims)
            await one.refused(103, "subscribe", topic=TOPIC)

    async def test_nobody_may_publish_there(self):
        one = await self.speaker("ann", topics={TOPIC: "all"})
        await one.refused(103, "publish", topic=TOPIC, data=1)


class Prometheus(NodeTest):

    def test_the_rules_fire_when_they_should(self):
        for arguments in (("check", "rules", RULES),
                          ("test", "rules",
                           ROOT / "tests/prometheus/rules_test.yml")):
            code, said = promtool(*arguments)
            self.assertEqual(code, 0, said)

    def test_the_metrics_are_as_prometheus_wants_them(self):
        _, text = self.node.get("/metrics", internal=True)
        code, said = promtool("check", "metrics", text=text)
        self.assertEqual(code, 0, said)
