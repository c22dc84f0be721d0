"""The internal HTTP API: who is connected, who was, and disconnecting."""

import asyncio
import json
import socket
import urllib.error
import urllib.parse
import urllib.request

from support import tokens
from support.client import Client
from support.node import MSGPACK
from support.node_test import NodeTest
from support.waiting import DEADLINE_S, wait_until

LONG = "x" * 30_000


class Api(NodeTest):
    """What the tests ask; each answer is judged by its status."""

    async def asyncSetUp(self):
        await super().asyncSetUp()
        wait_until(lambda: not self.get("/connections/counts")["total"],
                   "nobody of the test before is there")

    def call(self, path, *, body=None, method=None, headers=()):
        """Status, headers and decoded body of a request."""
        data = body.encode() if isinstance(body, str) else body
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.node.internal_port}{path}", data=data,
            method=method, headers=dict(headers))
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
                return answer.status, answer.headers, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return (refused.code, refused.headers,
                        json.loads(refused.read() or "null"))

    def get(self, path, **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        status, headers, body = self.call(path)
        self.assertEqual(status, 200, body)
        self.assertEqual(headers["Content-Type"], "application/json")
        return body

    def pages(self, **query):
        """All connections of a list; none of its pages is too long."""
        found, after = [], {}
        while True:
            page = self.get("/connections", **query, **after)
            self.assertLessEqual(len(page["connections"]),
                                 query.get("limit", 100))
            found += page["connections"]
            if "next" not in page:
                return found
            after = {"after": page["next"]}

    def ids(self, **query):
        return sorted(one["connection"] for one in self.pages(**query))

    def disconnect(self, **fields):
        status, _, body = self.call("/disconnect", body=json.dumps(fields))
        self.assertEqual(status, 200, body)
        return body["disconnected"]

    def ending(self, connection):
        """How a connection ended, as soon as the node knows it."""
        return wait_until(
            lambda: next((one for one in self.get("/connections/closed")[
                "closed"] if one["connection"] == connection), None),
            f"{connection} is among the closed")


class Listing(Api):

    async def test_a_connection_is_shown_as_it_is(self):
        one = await self.speaker("ann", subprotocol=MSGPACK)
        await one.subscribe(self.room)
        await one.subscribe(self.topic)
        await one.reply("ping")
        shown = self.get(f"/connections/{one.welcome['connection']}")
        self.assertEqual(shown["connection"], one.welcome["connection"])
        self.assertEqual((shown["user"], shown["anonymous"]), ("ann", False))
        self.assertEqual(shown["address"], "127.0.0.1")
        self.assertIn("websockets", shown["user_agent"])
        self.assertEqual((shown["state"], shown["encoding"], shown["node"]),
                         ("open", "msgpack", one.welcome["node"]))
        self.assertEqual(sorted(shown["topics"]), sorted([self.room,
                                                          self.topic]))
        self.assertEqual(shown["messages_in"], 3)
        # welcome, three replies, live of the room, pong; live of the topic
        # is not sent.
        self.assertEqual(shown["events_out"], 6)
        self.assertEqual(shown["outbox"], {"messages": 0, "bytes": 0})
        self.assertEqual(self.pages(user="ann"), [shown])

    async def test_lists_are_filtered(self):
        ann, also, bob = await self.speakers("ann", "ann", "b&b =+%")
        await also.subscribe(self.room)
        await bob.subscribe(self.room)
        ids = {one: one.welcome["connection"] for one in (ann, also, bob)}
        self.assertEqual(self.ids(user="ann"), sorted([ids[ann], ids[also]]))
        self.assertEqual(self.ids(user="b&b =+%"), [ids[bob]])
        self.assertEqual(self.ids(topic=self.room),
                         sorted([ids[also], ids[bob]]))
        self.assertEqual(self.ids(topic=self.room, user="ann"), [ids[also]])
        self.assertEqual(self.ids(user="nobody"), [])
        self.assertEqual(self.ids(node=ann.welcome["node"]), sorted(
            ids.values()))
        self.assertEqual(self.ids(slow=1), [])

    async def test_who_has_not_said_who_it_is_is_listed_without_a_user(self):
        await self.stranger()
        self.assertEqual([one["user"] for one in self.pages()], [None])

    async def test_pages_hold_hundreds_of_connections_once(self):
        speakers = await asyncio.gather(*(
            self.speaker(f"user-{at % 3}") for at in range(300)))
        await asyncio.gather(*(one.subscribe(self.topic)
                               for one in speakers[:150]))
        ids = [one.welcome["connection"] for one in speakers]
        self.assertEqual(self.ids(limit=7), sorted(ids))
        self.assertEqual(self.ids(), sorted(ids))
        self.assertEqual(self.ids(limit=1000), sorted(ids))
        self.assertEqual(self.ids(user="user-1", limit=9), sorted(ids[1::3]))
        self.assertEqual(self.ids(topic=self.topic, limit=11),
                         sorted(ids[:150]))
        self.assertEqual(self.get("/connections/counts"), {
            "total": 300, "connecting": 0, "open": 300, "closing": 0,
            "users": 3, "anonymous": 0})

    async def test_who_has_not_asked_yet_is_connecting(self):
        with socket.create_connection(("127.0.0.1", self.node.port)):
            wait_until(lambda: self.connecting() == 1, "one is on its way in")
        wait_until(lambda: self.connecting() == 0, "it is gone")

    def connecting(self):
        return self.get("/connections/counts")["connecting"]

    async def test_the_slow_are_found(self):
        slow, writer = await self.speakers("slow", "writer")
        await slow.subscribe(self.topic)
        slow.socket.transport.pause_reading()
        found = []
        while not found:
            await writer.reply("publish", topic=self.topic, data=LONG)
            found = self.pages(slow=1)
        self.assertEqual([one["user"] for one in found], ["slow"])
        self.assertGreater(found[0]["outbox"]["messages"], 0)
        self.assertGreater(found[0]["outbox"]["bytes"], 0)
        slow.socket.transport.resume_reading()
        await slow.reply("ping")  # is answered behind all that was queued
        self.assertEqual(self.pages(slow=1), [])


class Disconnecting(Api):

    async def test_a_user_is_disconnected(self):
        ann, also, bob = await self.speakers("ann", "ann", "bob")
        self.assertEqual(self.disconnect(user="ann"), 2)
        for one in (ann, also):
            await one.closed(4505, "disconnected_by_api")
        await bob.reply("ping")
        self.assertEqual(self.disconnect(user="ann"), 0)

    async def test_one_connection_is_disconnected_with_a_code(self):
        one, other = await self.speakers("ann", "ann")
        name = one.welcome["connection"]
        self.assertEqual(self.disconnect(connection=name, code=4503), 1)
        await one.closed(4503, "forbidden")
        await other.reply("ping")
        self.assertEqual(self.disconnect(connection=name), 0)
        self.assertEqual(self.ending(name)["reason"], "forbidden")

    async def test_any_code_of_ours_may_be_chosen(self):
        one = await self.speaker("ann")
        self.disconnect(user="ann", code=4999)
        await one.closed(4999, "other")

    async def test_a_user_with_hundreds_of_connections(self):
        many = await asyncio.gather(*(self.speaker("ann") for _ in range(250)))
        self.assertEqual(self.disconnect(user="ann", code=4000), 250)
        await asyncio.gather(*(one.closed(4000, "drain") for one in many))


class Endings(Api):
    more = """
    session { auth-timeout = 300ms }
    websocket { close-timeout = 500ms }
    """

    def reasons(self):
        """What the metric has counted."""
        _, text = self.node.get("/metrics", internal=True)
        name = 'rookery_connections_closed_total{reason="'
        return {line[len(name):line.index('"}')]: float(line.split()[1])
                for line in text.splitlines() if line.startswith(name)}

    async def judge(self, one, code, reason, before):
        """Ring, log and metric have the same one reason for its end."""
        name = one.welcome["connection"]
        ended = await asyncio.to_thread(self.ending, name)
        self.assertEqual((ended["code"], ended["reason"]), (code, reason))
        self.assertEqual(ended["user"], one.welcome["user"])
        self.assertGreaterEqual(ended["lasted_ms"], 0)
        self.assertGreaterEqual(ended["closed_at"], ended["connected_at"])
        line = await asyncio.to_thread(
            self.node.wait_for_output,
            rf'.*"event":"connection.closed".*"{name}".*')
        self.assertEqual(json.loads(line[0])["reason"], reason)
        self.assertEqual(json.loads(line[0])["code"], code)
        after = self.reasons()
        changed = {one: after[one] - before[one] for one in after
                   if after[one] != before[one]}
        self.assertEqual(changed, {reason: 1})

    async def test_each_ending_has_one_reason_everywhere(self):
        async def normal(one):
            await one.socket.close(1000)

        async def own_choice(one):
            await one.socket.close(3999)

        async def malformed(one):
            await one.raw("{")

        async def wrong_kind(one):
            await one.raw(b"{}")

        async def by_api(one):
            self.disconnect(user=one.welcome["user"])

        async def vanished(one):
            one.socket.transport.abort()

        for end, code, reason in (
                (normal, 1000, "normal"), (own_choice, 3999, "other"),
                (malformed, 4502, "malformed"),
                (wrong_kind, 1003, "unsupported_data"),
                (by_api, 4505, "disconnected_by_api"),
                (vanished, 1006, "abnormal")):
            with self.subTest(reason=reason):
                one = await self.speaker(end.__name__)
                before = self.reasons()
                await end(one)
                await self.judge(one, code, reason, before)

    async def test_who_never_said_who_it_is_is_among_them(self):
        one = await self.stranger()
        await one.closed(4501, "auth_timeout")
        ended = self.get("/connections/closed", limit=1)["closed"][0]
        self.assertEqual((ended["user"], ended["reason"]),
                         (None, "auth_timeout"))

    async def test_closing_is_a_state_until_the_socket_is_gone(self):
        one = await self.speaker("ann")
        one.socket.transport.pause_reading()  # it does not answer the close
        self.disconnect(user="ann")
        counts = self.get("/connections/counts")
        self.assertEqual((counts["closing"], counts["users"]), (1, 0))
        one.socket.transport.resume_reading()
        await one.closed(4505, "disconnected_by_api")
        await asyncio.to_thread(
            wait_until, lambda: not self.get("/connections/counts")["total"],
            "the connection is gone")


class Refusing(Api):

    def refused(self, status, path, **options):
        got, headers, body = self.call(path, **options)
        self.assertEqual(got, status, (path, options, body))
        self.assertTrue(body["error"])
        return headers, body

    def test_bad_requests_name_the_field(self):
        for query in ("limit=0", "limit=1001", "limit=many", "slow=perhaps",
                      "node=n-other", "after=nowhere", "user=", "colour=red"):
            _, body = self.refused(400, f"/connections?{query}")
            self.assertEqual(body["field"], query.split("=")[0])
        for text, field in (('{"user":5}', "user"), ('{"user":""}', "user"),
                            ("{}", "user"), ('{"connection":"c"}',
                                             "connection"),
                            ('{"user":"a","code":1000}', "code"),
                            ('{"user":"a","code":"x"}', "code"),
                            ('{"user":"a","colour":1}', "colour")):
            _, body = self.refused(400, "/disconnect", body=text)
            self.assertEqual(body["field"], field)
        for text in ("", "{", "[]", '{"user":"a"}x', "[" * 5000):
            self.refused(400, "/disconnect", body=text, method="POST")

    def test_other_paths_and_methods(self):
        for path in ("/connections/", "/connections/c-0-ffff",
                     "/connections/c-77-1", "/connections/x",
                     "/connections/closed/x"):
            self.refused(404, path)
        for method in ("POST", "PUT", "DELETE"):
            headers, _ = self.refused(405, "/connections", method=method,
                                      body="{}")
            self.assertEqual(headers["Allow"], "GET, HEAD")
        headers, _ = self.refused(405, "/disconnect")
        self.assertEqual(headers["Allow"], "POST")

    def test_a_web_page_may_not_disconnect(self):
        self.refused(403, "/disconnect", body='{"user":"ann"}',
                     headers={"Origin": "http://evil.example"})

    def test_the_public_port_has_none_of_it(self):
        for path in ("/connections", "/connections/counts", "/disconnect"):
            self.assertEqual(self.node.get(path)[0], 404)

    async def test_a_client_that_calls_itself_anything_is_shown(self):
        client = Client(self.node.port, path=f"/ws?token={tokens.token('ann')}",
                        more=("User-Agent: caf\xe9 \"1\"",))
        with client:
            shown = self.pages(user="ann")
        self.assertEqual(shown[0]["encoding"], "json")
        self.assertIn('"1"', shown[0]["user_agent"])
