"""The internal API of a cluster of two real nodes over a real NATS server:
each answers for both, and says which one it could not ask."""

import asyncio
import contextlib
import json
import subprocess
import unittest

from cluster.nodes_for_api import ClusterNode
from support.nats import Nats
from support.settings import settings
from support.waiting import DEADLINE_S, wait_until


class TwoNodes(unittest.IsolatedAsyncioTestCase):
    """Two nodes for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.nats = Nats()
        cls.nodes = []
        try:
            for name in ("n1", "n2"):
                cls.nodes.append(ClusterNode(name, cls.nats))
            cls.one, cls.two = cls.nodes
            for node in cls.nodes:
                wait_until(lambda node=node: node.knows("n1", "n2"),
                           f"{node.name} knows both")
        except BaseException:
            cls.end(lambda node: node.kill())
            raise

    @classmethod
    def end(cls, how):
        with contextlib.ExitStack() as all_of_them:
            all_of_them.callback(cls.nats.end)
            for node in cls.nodes:
                all_of_them.callback(how, node)

    @classmethod
    def tearDownClass(cls):
        cls.end(lambda node: node.stop())

    def shortDescription(self):
        return None  # the name says it

    async def asyncSetUp(self):
        asyncio.get_running_loop().set_debug(False)
        self.room = f"chat.{self._testMethodName}"
        self.user = self._testMethodName

    async def speaker(self, node, user=None):
        speaker = await node.speaker(user or self.user)
        self.addAsyncCleanup(speaker.close)
        return speaker

    async def told(self, asked, path, body=None, **query):
        return await asyncio.to_thread(asked.told, path, body, **query)

    async def until(self, condition, what):
        return await asyncio.to_thread(wait_until, condition, what)

    async def known(self, user, nodes):
        """Until each node knows on which ones the user is."""
        for node in self.nodes:
            await self.until(
                lambda node=node: sorted(
                    one["node"] for one in
                    node.told("/connections", user=user)["connections"])
                == sorted(nodes), f"{node.name} finds {user} on {nodes}")


class ClusterApi(TwoNodes):

    # -- users ------------------------------------------------------------------

    async def test_a_message_reaches_a_user_on_another_node(self):
        ann = await self.speaker(self.one, "ann")
        readers = [await self.speaker(node) for node in self.nodes]
        await self.known(self.user, ["n1", "n2"])
        got = await ann.reply("send", user=self.user, data={"a": [1, None]})
        self.assertEqual(got["connections"], 2)
        for reader in readers:
            await reader.expect("direct", user="ann", data={"a": [1, None]})
        got = await ann.reply("send", user="nobody-at-all", data=1)
        self.assertEqual(got["connections"], 0)

    async def test_connections_of_a_user_are_found_from_any_node(self):
        speakers = [await self.speaker(node)
                    for node in (self.one, self.two, self.two)]
        await self.known(self.user, ["n1", "n2", "n2"])
        for node in self.nodes:
            body = await self.told(node, "/connections", user=self.user)
            self.assertEqual(
                sorted(one["connection"] for one in body["connections"]),
                sorted(one.welcome["connection"] for one in speakers))
            self.assertNotIn("unreachable", body)
            self.assertNotIn("next", body)

    async def test_the_list_of_all_goes_through_all_nodes(self):
        for node in self.nodes:
            for _ in range(3):
                await self.speaker(node)
        found, after = [], {}
        while True:
            page = await self.told(self.two, "/connections", limit=2, **after)
            found += [(one["node"], one["connection"])
                      for one in page["connections"]
                      if one["user"] == self.user]
            if "next" not in page:
                break
            after = {"after": page["next"]}
        self.assertEqual(len(found), 6)
        self.assertEqual(len(set(found)), 6)
        self.assertEqual(sum(node == "n1" for node, _ in found), 3)

    async def test_one_node_is_asked_where_it_is_named(self):
        there = await self.speaker(self.two)
        there_id = there.welcome["connection"]
        shown = await self.told(self.one, f"/connections/{there_id}", node="n2")
        self.assertEqual((shown["node"], shown["user"]), ("n2", self.user))
        only = await self.told(self.one, "/connections", node="n2", limit=1000)
        self.assertEqual({one["node"] for one in only["connections"]}, {"n2"})
        counts = await self.told(self.one, "/connections/counts", node="n2")
        self.assertGreaterEqual(counts["open"], 1)
        for path in ("/slowest", "/busiest", "/connections/closed"):
            await self.told(self.one, path, node="n2")
        status, body = await asyncio.to_thread(
            self.one.ask, "/connections/counts", node="n9")
        self.assertEqual((status, body["field"]), (404, "node"))

    async def test_a_user_is_disconnected_wherever_he_is(self):
        speakers = [await self.speaker(node) for node in self.nodes]
        await self.known(self.user, ["n1", "n2"])
        body = await self.told(self.one, "/disconnect", {"user": self.user})
        self.assertEqual(body, {"disconnected": 2})
        for one in speakers:
            await one.closed(4505, "disconnected_by_api")

    async def test_a_connection_of_another_node_is_disconnected(self):
        there = await self.speaker(self.two)
        body = await self.told(
            self.one, "/disconnect",
            {"connection": there.welcome["connection"], "node": "n2",
             "code": 4503})
        self.assertEqual(body, {"disconnected": 1})
        await there.closed(4503, "forbidden")

    # -- rooms ------------------------------------------------------------------

    async def test_any_node_answers_for_a_room(self):
        ann = await self.speaker(self.one, "ann")
        await ann.subscribe(self.room)
        for data in range(5):
            await ann.reply("publish", topic=self.room, data=data)
        for node in self.nodes:
            there = await self.told(node, "/presence", topic=self.room)
            self.assertEqual(there["count"], 1)
            self.assertEqual(there["members"][0]["user"], "ann")
            said = await self.told(node, "/history", topic=self.room, limit=2)
            self.assertEqual([one["data"] for one in said["messages"]], [3, 4])
            since = {"since_epoch": said["epoch"],
                     "since_offset": said["messages"][0]["offset"]}
            rest = await self.told(node, "/history", topic=self.room, **since)
            self.assertEqual([one["data"] for one in rest["messages"]], [4])

    async def test_nodes_at_the_same_place_have_the_same_state(self):
        for node, user in zip(self.nodes, ("ann", "bob")):
            one = await self.speaker(node, user)
            await one.subscribe(self.room)
            await one.reply("publish", topic=self.room, data=user, key="k")
            await one.reply("room.set", topic=self.room, patch={user: 1})

        def same():
            states = [node.told("/rooms/state", topic=self.room)
                      for node in self.nodes]
            return states[0] if states[0] == states[1] else None
        state = await self.until(same, "both nodes stand at the same place")
        self.assertEqual((state["members"], state["entries"]), (2, 6))
        far = await self.told(self.one, "/rooms/state", topic=self.room,
                              node="n2")
        self.assertEqual(far, state)

    async def test_what_is_no_room_is_refused(self):
        for path in ("/presence", "/history", "/rooms/state"):
            for topic, status in (("news.a", 400), ("other.a", 404)):
                got, _ = await asyncio.to_thread(self.one.ask, path,
                                                 topic=topic)
                self.assertEqual(got, status)

    # -- nodes ------------------------------------------------------------------

    async def test_each_node_tells_of_both(self):
        await self.speaker(self.two)
        await self.until(
            lambda: any(one["node"] == "n2" and one["connections"] > 0
                        for one in self.one.told("/nodes")["nodes"]),
            "n1 hears how many n2 has")
        for node in self.nodes:
            body = await self.told(node, "/nodes")
            self.assertEqual((body["cluster"], body["node"]),
                             ("api", node.name))
            self.assertEqual({one["state"] for one in body["nodes"]}, {"up"})
            for one in body["nodes"]:
                self.assertLessEqual(
                    {"life", "version", "topics", "users",
                     "accepts_per_second", "journal_lag_ms", "journal_backlog",
                     "address", "started_at", "last_seen_ms"}, set(one))
                self.assertGreater(one["started_at"], 1_600_000_000_000)

    def test_the_program_prints_them(self):
        def run(*arguments):
            return subprocess.run(
                [settings.node, "nodes", *arguments], check=False,
                capture_output=True, text=True, timeout=DEADLINE_S)
        done = run("--url", self.one.internal_url)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        head, *lines = done.stdout.splitlines()
        self.assertRegex(head, r"^NODE +STATE +VERSION ")
        self.assertEqual([line.split()[:2] for line in lines],
                         [["n1", "up"], ["n2", "up"]])
        done = run("--url", self.one.internal_url, "--json")
        self.assertEqual(json.loads(done.stdout)["cluster"], "api")
        self.assertIn("ACC/S", run("--help").stdout)
        self.assertEqual(run("--url", "http://127.0.0.1:1").returncode, 1)

    def test_metrics_tell_of_the_cluster(self):
        self.assertEqual(self.one.metric("rookery_cluster_nodes"), 2)
        self.assertEqual(self.one.metric("rookery_bus_connected"), 1)
        self.assertEqual(self.one.metric(
            'rookery_remote_messages_lost_total{reason="unreadable"}'), 0)


class UnreachableNode(TwoNodes):
    """A node that is stopped: it may be missed yet or not."""

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.two.pause()
        self.addCleanup(self.two.resume)

    async def test_it_is_named_and_the_rest_is_there(self):
        status, body = await asyncio.to_thread(
            self.one.ask, "/connections/counts", node="n2")
        self.assertIn(status, (404, 504))  # 404: it was taken for dead
        if status == 504:
            self.assertEqual(body["unreachable"], ["n2"])
        one = await self.speaker(self.one)
        body = await self.told(self.one, "/connections", user=self.user)
        self.assertEqual([one["node"] for one in body["connections"]], ["n1"])
        body = await self.told(self.one, "/disconnect", {"user": self.user})
        self.assertEqual(body["disconnected"], 1)
        self.assertIn(body.get("unreachable", ["n2"]), (["n2"],))
        await one.closed(4505, "disconnected_by_api")

    async def test_the_others_miss_it(self):
        await self.until(lambda: self.one.knows("n1"), "n2 is missed")
