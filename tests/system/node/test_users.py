"""Who a connection is: subprotocols, tokens, welcome, rights."""

import asyncio
import time

from websockets.exceptions import InvalidStatusCode

from support import tokens
from support.node import JSON, MSGPACK
from support.node_test import NodeTest, in_both_encodings
from support.waiting import DEADLINE_S

COOKIE = """
session { cookie = "ticket" }
topics { private { match = "private.{id}.*", kind = topic }
         quiet { match = "quiet.*", kind = room
                 allow { users = [subscribe, presence] } } }
"""


class Upgrades(NodeTest):
    more = COOKIE

    async def status(self, **options):
        """The HTTP status with which the upgrade is refused."""
        with self.assertRaises(InvalidStatusCode) as refused:
            await self.stranger(**options)
        return refused.exception.status_code

    async def test_the_client_s_first_known_subprotocol_is_taken(self):
        for offered, chosen in (
                ([JSON], JSON), ([MSGPACK], MSGPACK), ([MSGPACK, JSON], MSGPACK),
                ([JSON, MSGPACK], JSON), (["other", MSGPACK], MSGPACK),
                (None, None)):
            one = await self.stranger(subprotocol=offered,
                                      bearer=tokens.token("ann"))
            self.assertEqual(one.socket.subprotocol, chosen)
            await one.expect("welcome")

    async def test_only_unknown_subprotocols_are_refused(self):
        self.assertEqual(await self.status(subprotocol="graphql-ws",
                                           bearer=tokens.token("ann")), 400)

    async def test_a_token_may_stand_in_four_places(self):
        word = tokens.token("ann")
        for options in ({"bearer": word}, {"path": f"/ws?token={word}"},
                        {"path": f"/ws?v=1&token={word}"},
                        {"headers": {"Cookie": f"a=b; ticket={word}; c=d"}}):
            one = await self.stranger(**options)
            await one.expect("welcome", user="ann")
        one = await self.stranger()
        await one.reply("auth", token=word)
        await one.expect("welcome", user="ann")

    async def test_the_header_goes_before_the_query_before_the_cookie(self):
        a, b, c = map(tokens.token, ("ann", "bob", "cyd"))
        one = await self.stranger(bearer=a, path=f"/ws?token={b}",
                                  headers={"Cookie": f"ticket={c}"})
        await one.expect("welcome", user="ann")
        one = await self.stranger(path=f"/ws?token={b}",
                                  headers={"Cookie": f"ticket={c}"})
        await one.expect("welcome", user="bob")

    async def test_a_bad_token_is_refused_before_the_upgrade(self):
        good = tokens.token("ann")
        bad = ["rubbish", good[:-3], good + "x", "a.b.c",
               tokens.token("ann", secret="another secret" * 4),
               tokens.token("ann", lasts_s=-100),
               tokens.token("ann", nbf=time.time() + 1000),
               tokens.token(""), tokens.token(7), tokens.token("a\0b"),
               tokens.token("x" * 129), tokens.token("ann", topics=5)]
        for one in bad:
            with self.subTest(token=one):
                self.assertEqual(await self.status(bearer=one), 401)
        self.assertEqual(await self.status(path="/ws?token=rubbish"), 401)

    async def test_no_token_is_written_to_the_log(self):
        word = tokens.token("ann")
        await self.stranger(bearer=word)
        await self.status(path=f"/ws?token={word}x")
        one = await self.stranger()
        await one.ask("auth", token=word + "y")
        self.assertNotIn(word.split(".")[2][:20], self.node.printed())

    async def test_other_paths_are_no_websockets(self):
        self.assertEqual(await self.status(path="/other",
                                           bearer=tokens.token("ann")), 404)

    async def test_health_readiness_and_metrics(self):
        await self.speaker("ann")
        for internal in (False, True):
            for path in ("/health", "/ready"):
                self.assertEqual(self.node.get(path, internal=internal)[0], 200)
        status, metrics = self.node.get("/metrics", internal=True)
        self.assertEqual(status, 200)
        self.assertIn("# TYPE", metrics)
        self.assertEqual(self.node.get("/metrics")[0], 404)
        self.assertEqual(self.node.get("/nothing")[0], 404)


class Users(NodeTest):
    more = COOKIE

    async def test_welcome_tells_what_the_client_needs(self):
        one, two = await self.speakers("ann", "ann")
        got = one.welcome
        self.assertEqual(got.keys(), {
            "event", "connection", "session", "user", "node",
            "ping_interval_ms", "max_message_bytes", "server"})
        self.assertEqual((got["user"], got["ping_interval_ms"],
                          got["max_message_bytes"]), ("ann", 25_000, 65_536))
        self.assertRegex(got["connection"], "^c-.")
        self.assertRegex(got["node"], "^n-.")
        self.assertRegex(got["server"], r"^rookery/\d+\.\d+\.\d+$")
        self.assertEqual(got["node"], two.welcome["node"])
        for name in ("connection", "session"):
            self.assertNotEqual(got[name], two.welcome[name])

    async def test_a_stranger_may_only_say_auth(self):
        one = await self.stranger()
        for event, fields in (
                ("ping", {}), ("subscribe", {"topic": self.room}),
                ("publish", {"topic": self.room, "data": 1}),
                ("send", {"user": "ann", "data": 1})):
            await one.refused(101, event, **fields)
        await one.reply("auth", token=tokens.token("ann"))
        await one.expect("welcome")

    async def test_a_refused_auth_is_told_and_closes(self):
        for word, code in ((tokens.token("ann", secret="x" * 40), 101),
                           ("rubbish", 101),
                           (tokens.token("ann", lasts_s=-100), 109)):
            one = await self.stranger()
            await one.refused(code, "auth", token=word)
            await one.closed(4500, "unauthorized")

    async def test_a_fresh_token_of_the_same_user_is_taken(self):
        one = await self.speaker("ann")
        await one.subscribe(self.room)
        await one.reply("auth", token=tokens.token("ann", lasts_s=7200))
        await one.reply("ping")
        message = await one.refused(113, "auth", token=tokens.token("bob"))
        self.assertIn("token", message)
        await one.reply("ping")

    async def test_rights_of_the_token_are_the_whole_list(self):
        one = await self.speaker("ann", topics={"chat.*": "subscribe"})
        await one.subscribe(self.room)
        for event, topic in (("publish", self.room), ("presence", self.room),
                             ("subscribe", self.topic)):
            message = await one.refused(103, event, topic=topic, data=1)
            self.assertIn(topic, message)
            self.assertIn("not allowed", message)
        await one.refused(103, "send", user="bob", data=1)
        two = await self.speaker("bob", topics=["news.>"])
        await two.subscribe(self.topic)
        await two.reply("publish", topic=self.topic, data=1)
        await two.refused(103, "subscribe", topic=self.room)

    async def test_rights_of_the_configuration(self):
        one = await self.speaker("ann")
        await one.subscribe("quiet.room")
        await one.reply("presence", topic="quiet.room")
        await one.refused(103, "publish", topic="quiet.room", data=1)
        granted = await self.speaker("bob", topics=["quiet.*"])
        await granted.reply("publish", topic="quiet.room", data="loud")
        await one.expect("message", data="loud")

    async def test_personal_topics_are_their_owner_s(self):
        one = await self.speaker("ann")
        await one.subscribe("private.ann.notes")
        await one.refused(103, "subscribe", topic="private.bob.notes")

    async def test_a_token_of_the_command_line(self):
        one = await self.stranger(bearer=self.node.generated_token(
            "-u", "cli", "--topics", "chat.*:subscribe", "--info", '{"a":1}'))
        await one.expect("welcome", user="cli")
        await one.subscribe(self.room)
        await one.refused(103, "publish", topic=self.room, data=1)


Users, UsersMessagePack = in_both_encodings(Users)


class Anonymous(NodeTest):
    more = "session { anonymous = allow, auth-timeout = 300ms }"

    async def test_without_a_token_one_is_an_anonymous_user(self):
        one = await self.stranger()
        first = await one.expect("welcome")
        self.assertRegex(first["user"], "^anon-.")
        two = await self.stranger()
        self.assertNotEqual((await two.expect("welcome"))["user"],
                            first["user"])
        await one.subscribe(self.room)
        await one.reply("publish", topic=self.room, data=1)
        await one.refused(103, "send", user="ann", data=1)

    async def test_a_bad_token_does_not_make_one_anonymous(self):
        with self.assertRaises(InvalidStatusCode) as refused:
            await self.stranger(bearer="rubbish")
        self.assertEqual(refused.exception.status_code, 401)

    async def test_one_may_become_a_user(self):
        one = await self.stranger()
        await one.expect("welcome")
        await one.reply("auth", token=tokens.token("ann"))
        await one.expect("welcome", user="ann")

    async def test_no_time_limit_for_those_who_are_let_in(self):
        one, timed = await self.stranger(), time.monotonic()
        await one.expect("welcome")
        while time.monotonic() < timed + 0.6:  # twice auth-timeout
            await one.reply("ping")


class Times(NodeTest):
    more = """session { auth-timeout = 300ms, expired-grace = 200ms
                        token.leeway = 0ms }"""

    async def test_who_does_not_say_who_he_is_is_closed(self):
        one = await self.stranger()
        await one.closed(4501, "auth_timeout")

    async def test_an_expired_token_closes_after_the_grace(self):
        one = await self.speaker("ann", lasts_s=3)
        await one.closed(4005, "token_expired")

    async def test_a_fresh_token_keeps_the_connection(self):
        one = await self.speaker("ann", lasts_s=3)
        await one.reply("auth", token=tokens.token("ann"))
        other = await self.speaker("bob", lasts_s=3)
        await asyncio.wait_for(other.closed(4005, "token_expired"), DEADLINE_S)
        await one.reply("ping")
