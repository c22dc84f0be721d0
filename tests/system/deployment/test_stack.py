"""All of compose.yaml but Grafana runs together: its files, names and addresses."""

import asyncio
import json
import re
import unittest
import urllib.parse
from pathlib import Path

import websockets

from deployment.stack import OURS, Stack
from support.journal_test import position_of, resumed
from support.netem import why_not
from support.node import JSON, Speaker
from support.settings import settings
from support.tokens import SECRET, token
from support.waiting import DEADLINE_S, until, wait_until

DASHBOARD = (Path(__file__).parents[3]
             / "docker/grafana/dashboards/rookery.json")
NATS, NODES = ("nats1", "nats2", "nats3"), ("n1", "n2", "n3")
ROOM = "chat.stack"


@unittest.skipUnless(settings.long, "of the second tier")
@unittest.skipIf(why_not(), why_not())
class Compose(unittest.IsolatedAsyncioTestCase):
    def shortDescription(self):
        return None  # the name says it

    def setUp(self):
        self.stack = Stack(ROOKERY_TOKEN_SECRET=SECRET, GRAFANA_PASSWORD="none")
        self.addCleanup(self.stack.end)
        self.stack.begin()
        for name in NATS:
            self.stack.start(name)
        for name in NATS:
            self.stack.wait_for(name, 8222, "/healthz")
        for name in (*NODES, "haproxy", "prometheus"):
            self.stack.start(name)
        for name in NODES:
            self.stack.wait_for(name, 9000, "/ready")
        wait_until(self.haproxy_sees_all, "HAProxy knows that all are ready")

    async def asyncSetUp(self):
        # unittest turns it on, and it tells of every slow step.
        asyncio.get_running_loop().set_debug(False)

    def haproxy_sees_all(self):
        told = self.stack.get("haproxy", 8404, "/;csv") or ""
        return all(re.search(rf"(?m)^least,{name},.*,UP,", told)
                   for name in NODES)

    async def client(self, user):
        """Through HAProxy; its node is in `welcome`."""
        socket = await websockets.connect(
            f"ws://{self.stack.addresses['haproxy']}:8000/ws",
            subprotocols=[JSON], open_timeout=DEADLINE_S, ping_interval=None,
            extra_headers={"Authorization": f"Bearer {token(user)}"})
        self.addAsyncCleanup(socket.close)
        one = Speaker(socket)
        one.welcome = await one.expect("welcome")
        return one

    async def published(self, one, data):
        """Until it has its receipt: a leader of the stream may have to be
        elected."""
        async def tried():
            got = await one.ask("publish", topic=ROOM, data=data, key=f"k{data}")
            return got if got["event"] == "reply" else None
        return await until(tried, f"{data} gets its receipt")

    async def test_it_works_is_seen_and_survives(self):
        clients = [await self.client(f"u{number}") for number in range(6)]
        self.assertEqual({one.welcome["node"] for one in clients}, set(NODES))
        for one in clients:
            await one.subscribe(ROOM)
        await self.published(clients[0], 0)
        for one in clients:
            while (await one.next()).get("data") != 0:
                pass
        await asyncio.to_thread(self.nodes_know_addresses)
        await asyncio.to_thread(self.prometheus_sees_all)
        await asyncio.to_thread(self.dashboard_shows_all)
        await self.rolling_restart()
        self.stack.kill("nats1")
        last = await self.client("last")
        await self.published(last, "without nats1")

    def nodes_know_addresses(self):
        told = json.loads(self.stack.get("n1", 9000, "/connections?user=u0"))
        self.assertEqual([one["address"] for one in told["connections"]], [OURS])

    def ask_prometheus(self, path):
        return json.loads(self.stack.get("prometheus", 9090, path))["data"]

    def prometheus_sees_all(self):
        def up():
            targets = self.ask_prometheus("/api/v1/targets")["activeTargets"]
            return len(targets) == 4 and all(one["health"] == "up"
                                             for one in targets)
        wait_until(up, "Prometheus reaches three nodes and HAProxy")
        rules = self.ask_prometheus("/api/v1/rules")["groups"][0]["rules"]
        self.assertGreater(len(rules), 10)
        self.assertEqual({one["health"] for one in rules} - {"unknown"},
                         {"ok"})

    def dashboard_shows_all(self):
        """Each expression has an answer, once there are two scrapes."""
        board = json.loads(DASHBOARD.read_text())
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                query = (target["expr"].replace("$__rate_interval", "1m")
                                       .replace("$node", ".*"))
                path = "/api/v1/query?" + urllib.parse.urlencode({"query": query})
                wait_until(lambda: self.ask_prometheus(path)["result"],
                           f"{panel['title']} shows something: {query}")

    async def rolling_restart(self):
        """A client that is sent away comes back through HAProxy and lacks
        nothing."""
        writer = await self.client("writer")
        for number, name in enumerate(NODES, 1):
            mark = await self.published(writer, f"before {name}")
            code = await asyncio.to_thread(self.stack.stop, name)
            self.assertEqual(code, 0, self.stack.printed(name))
            writer = await self.client("writer")
            self.assertNotEqual(writer.welcome["node"], name)
            await self.published(writer, number)
            reader = await self.client(f"reader-{number}")
            reply, missed = await resumed(reader, ROOM, position_of(mark))
            self.assertTrue(reply["recovered"], reply)
            self.assertEqual([one["data"] for one in missed
                              if one["event"] == "message"], [number])
            self.stack.start(name)
            await asyncio.to_thread(self.stack.wait_for, name, 9000, "/ready")
            await asyncio.to_thread(wait_until, self.haproxy_sees_all,
                                    f"HAProxy knows that {name} is back")
