"""How a node of a cluster starts: without NATS, with a login, with streams that
somebody else has made."""

from support.cluster import ClusterNode, ClusterTest, until_members
from support.nats import Nats
from support.ports import free_port
from support.waiting import DEADLINE_S, until

# What a node's user needs for the cluster "tests"; docs/cluster.md has the list.
PUBLISH = [
    "log.tests.*", "image.tests.>", "pub.tests.>", "room.tests.>",
    "beat.tests", "node.tests.*", "users.tests", "_INBOX.>",
    *(f"$JS.API.{call}.{stream}-tests" for stream in ("log", "image")
      for call in ("DIRECT.GET", "STREAM.INFO", "STREAM.CREATE",
                   "STREAM.UPDATE")),
    "$JS.API.STREAM.PURGE.image-tests",
]
SUBSCRIBE = ["live.tests.*", "pub.tests.>", "room.tests.>", "beat.tests",
             "node.tests.*", "users.tests", "_INBOX.>"]
ACCOUNTS = """
accounts {{
  APP {{
    jetstream: enabled
    users: [ {{ user: node, password: secret, permissions: {{
      publish: {{ allow: [{publish}] }}, subscribe: {{ allow: [{subscribe}] }}
    }} }} ]
  }}
}}
"""
LOGIN = 'cluster {{ nats {{ user = node, password = "{}" }} }}'
WAITING = '"event":"cluster.waiting"'


def accounts(publish=PUBLISH, subscribe=SUBSCRIBE):
    quoted = ((", ".join(f'"{one}"' for one in some))
              for some in (publish, subscribe))
    return ACCOUNTS.format(publish=next(quoted), subscribe=next(quoted))


def refused(at, more=""):
    """Starts a node that has to end by itself; code and what it printed."""
    node = ClusterNode("n1", at, more, ready="node.start_failed")
    try:
        return node.process.wait(DEADLINE_S), node.printed()
    finally:
        node.kill()


class Starting(ClusterTest):
    def setUp(self):
        super().setUp()
        self.nats = None

    def nats_server(self, *words, **options):
        self.nats = Nats(*words, **options)
        self.addCleanup(self.nats.end)
        return self.nats

    async def test_a_node_waits_for_nats(self):
        port = free_port()
        node = ClusterNode("n1", f"nats://127.0.0.1:{port}", ready=WAITING)
        self.addAsyncCleanup(self.ended, node)
        self.assertEqual(node.get("/ready")[0], 503)
        self.assertEqual(node.get("/ready", internal=True)[0], 503)
        self.assertEqual(node.get("/health")[0], 200)
        self.nats_server(port=port)
        node.wait_for_output('"event":"node.ready"')
        self.assertEqual(node.get("/ready")[0], 200)
        one = await self.speaker(node, "early")
        await one.subscribe(self.room)
        await one.reply("publish", topic=self.room, data="here")

    async def ended(self, node):
        node.stop()

    def test_a_node_that_waits_for_nats_can_be_stopped(self):
        node = ClusterNode("n1", f"nats://127.0.0.1:{free_port()}",
                           ready=WAITING)
        node.stop()

    def test_a_wrong_password_ends_the_start(self):
        self.nats_server(accounts())
        code, printed = refused(self.nats.url, LOGIN.format("wrong-one"))
        self.assertEqual(code, 1, printed)
        self.assertRegex(printed, r'node\.start_failed.*(?i:authoriz|auth)')
        self.assertNotIn("wrong-one", printed)  # no password in the log

    def test_no_login_ends_the_start(self):
        self.nats_server(accounts())
        code, printed = refused(self.nats.url)
        self.assertEqual(code, 1, printed)
        self.assertRegex(printed, r'node\.start_failed.*(?i:authoriz|auth)')

    async def test_streams_of_another_kind_end_the_start(self):
        await self.begin(count=1)
        await self.end(0)
        code, printed = refused(
            self.nats.url, "cluster { log { storage = memory } }")
        self.assertEqual(code, 1, printed)
        self.assertRegex(printed, r"node\.start_failed.*stream image-tests: "
                                  r"storage is 'file', not 'memory'")

    async def test_the_least_permissions_do(self):
        nats = self.nats_server(accounts())
        nodes = await self.begin(2, LOGIN.format("secret"), nats)
        await self.everything_works(*nodes)
        self.assertNotIn("Violation", nats.printed())
        for node in nodes:
            self.assertNotIn("bus.error", node.printed())

    async def everything_works(self, here, there):
        one, two = (await self.speaker(here, "a"),
                    await self.speaker(there, "b"))
        for each in (one, two):
            await each.subscribe(self.room)
            await each.subscribe(self.topic)
        await until_members((one, two), self.room, "ab")
        await one.reply("publish", topic=self.room, data="logged")

        async def heard():
            await one.reply("publish", topic=self.topic, data="not logged")
            await two.reply("presence", topic=self.room)
            datas = {event.get("data") for event in two.early}
            return datas >= {"logged", "not logged"}
        await until(heard, "both messages are at the other node")
        big = await one.reply("history", topic=self.room)
        self.assertEqual(len(big["messages"]), 1)
        # More than an image's worth of entries, and an end with another one.
        for _ in range(3):
            await self.entries(one, 400)
        await two.close()
        await until_members((one,), self.room, "a")

    async def entries(self, one, count):
        for number in range(count):
            await one.send("publish", topic=self.room, data=number)
        await one.reply("publish", topic=self.room, data="last")
        one.early.clear()

    async def test_each_of_the_permissions_is_needed(self):
        """As far as it shows at the start: what makes the streams."""
        for missing in ("$JS.API.STREAM.INFO.log-tests",
                        "$JS.API.STREAM.CREATE.image-tests"):
            nats = self.nats_server(accounts(
                [one for one in PUBLISH if one != missing]))
            node = ClusterNode("n1", nats.url, LOGIN.format("secret"),
                               ready=WAITING)
            self.assertNotIn("node.ready", node.printed())
            node.stop()
            nats.end()
