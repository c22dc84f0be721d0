"""Lists of open lobbies, as an answer and live, and matches."""

import asyncio

from support.journal_test import position_of
from support.lobbies import LobbyTest, changed, listed
from support.node_test import in_both_encodings
from support.waiting import until

LISTED = "lobbies.changed"
WAIT_MS = 30_000  # of matches that are to be found


async def told(one, change, **lobby):
    """The next that is told of a list."""
    got = await one.expect(LISTED, change=change)
    for name, value in lobby.items():
        assert got["lobby"].get(name) == value, (name, value, got)
    return got


class Lists(LobbyTest):
    async def lobbies(self, *setups):
        """a, b, c, ... below the prefix; the speaker of whom they all are."""
        ann = await self.speaker("ann")
        for name, setup in zip("abcdef", setups):
            await ann.reply("lobby.create", topic=self.prefix + name, **setup)
        return ann

    async def is_listed(self, one, expected, **fields):
        """In its time: a list hears of its lobbies."""
        wanted = {self.prefix + name: taken
                  for name, taken in expected.items()}

        async def same():
            return await listed(one, self.prefix, **fields) == wanted
        await until(same, f"{wanted} is listed")

    async def test_a_list_has_what_is_open_and_fits(self):
        ann = await self.lobbies(
            {"seats": 1, "info": {"mode": "duel"}},
            {"seats": 4, "info": {"mode": "duel", "map": [1, 2], "n": 1.5}},
            {"seats": 4, "info": {"mode": "team"}}, {"seats": 2})
        await self.is_listed(ann, dict.fromkeys("abcd", 1))
        for fields, names in (
                ({"free": 1}, "bcd"), ({"free": 2}, "bc"), ({"free": 4}, ""),
                ({"seats": 4}, "bc"), ({"info": {"mode": "duel"}}, "ab"),
                ({"info": {"mode": "duel", "map": [1, 2]}}, "b"),
                ({"info": {"n": 1.5}}, "b"), ({"info": {"n": "1.5"}}, ""),
                ({"info": {}}, "abcd"), ({"info": {"x": None}}, "")):
            await self.is_listed(ann, dict.fromkeys(names, 1), **fields)
        for prefix, names in ((self.prefix + "b", "b"),
                              (self.prefix + "x", "")):
            self.assertEqual(await listed(ann, prefix),
                             {self.prefix + name: 1 for name in names})
        for prefix in ("", "lobby", "chat.", "nothing.", "lobby..", 7, "é."):
            await ann.refused(107, "lobby.list", prefix=prefix)

    async def test_pages_have_each_lobby_once(self):
        ann = await self.lobbies(*[{"seats": n + 1} for n in range(6)])
        await self.is_listed(ann, dict.fromkeys("abcdef", 1))
        for limit in (1, 4, 5, 6, 7):
            seen, after = [], {}
            while True:
                got = await ann.reply("lobby.list", prefix=self.prefix,
                                      limit=limit, **after)
                self.assertLessEqual(len(got["lobbies"]), limit)
                seen += [one["topic"] for one in got["lobbies"]]
                if "next" not in got:
                    break
                after = {"after": got["next"]}
            self.assertEqual(seen, [self.prefix + name for name in "abcdef"])

    async def test_what_is_not_for_all_is_not_listed(self):
        ann = await self.lobbies(
            {"seats": 2}, {"seats": 2, "private": True},
            {"seats": 2, "password": "x"}, {"seats": 2})
        await ann.reply("lobby.start", topic=self.lobby)
        await self.is_listed(ann, {"c": 1, "d": 1})
        got = await ann.reply("lobby.list", prefix=self.prefix)
        self.assertEqual([one.get("locked", False) for one in got["lobbies"]],
                         [True, False])

    async def test_a_list_is_told_live(self):
        follower = await self.speaker("follower")
        got = await follower.reply("subscribe", topic=self.listing,
                                   snapshot=True)
        self.assertEqual(got["kind"], "lobbies")
        await follower.expect("snapshot", topic=self.listing,
                              state={"lobbies": [], "count": 0})
        await follower.expect("live")
        ann = await self.lobbies({"seats": 3, "info": {"mode": "duel"}})
        first = await told(follower, "created", topic=self.lobby, seats=3,
                           taken=1, info={"mode": "duel"})
        bob = await self.joined("bob")
        await told(follower, "changed", topic=self.lobby, seats=3, taken=2,
                   info={"mode": "duel"})
        await bob.reply("lobby.leave", topic=self.lobby)
        await told(follower, "changed", taken=1)
        await ann.reply("lobby.start", topic=self.lobby)
        last = await told(follower, "closed", topic=self.lobby)
        self.assertEqual(last["lobby"], {"topic": self.lobby})
        self.assertGreater(last["offset"], first["offset"])
        # From a position on, without a snapshot.
        late = await self.speaker("late")
        again = await late.subscribe(self.listing, must_recover=True, since={
            "epoch": got["epoch"], "offset": first["offset"]})
        self.assertEqual(again["mode"], "replay")
        for change in ("changed", "changed", "closed"):
            await told(late, change)

    async def test_a_list_goes_on_from_the_position_of_an_answer(self):
        ann = await self.lobbies({"seats": 2})
        await self.is_listed(ann, {"a": 1})
        since = position_of(await ann.reply("lobby.list", prefix=self.prefix))
        await ann.reply("lobby.create", topic=self.prefix + "b", seats=2)
        await self.is_listed(ann, {"a": 1, "b": 1})
        follower = await self.speaker("follower")
        await follower.subscribe(self.listing, since=since, must_recover=True)
        await told(follower, "created", topic=self.prefix + "b")

    async def test_a_prefix_has_what_is_below_it(self):
        whole, part = await self.speaker("whole"), await self.speaker("part")
        ann = await self.speaker("ann")
        topic = self.prefix + "eu.a"
        await whole.subscribe(self.listing)
        await part.subscribe(f"{self.listing}.eu")
        await ann.reply("lobby.create", topic=topic, seats=2)
        for one in (whole, part):
            await told(one, "created", topic=topic)
        for name in ("$lobbies.", "$lobbies.chat", "$lobbies.nothing",
                     "$lobbies"):
            got = await ann.ask("subscribe", topic=name)
            self.assertIn(got.get("code"), (102, 107), got)
        await ann.refused(103, "publish", topic=self.listing, data=1)

    # -- matches --------------------------------------------------------------

    async def test_a_match_takes_the_fullest_that_fits(self):
        duel = {"info": {"mode": "duel"}}
        ann = await self.lobbies(
            {"seats": 4, **duel}, {"seats": 4, **duel}, {"seats": 2, **duel},
            {"seats": 4, **duel, "private": True}, {"seats": 4})
        await self.joined("bob", self.prefix + "b")
        await self.is_listed(ann, {"a": 1, "b": 2, "c": 1, "e": 1})
        cyd = await self.speaker("cyd")
        got = await cyd.reply("lobby.match", prefix=self.prefix, seats=4,
                              **duel)
        self.assertEqual((got["topic"], got["seat"], got["created"]),
                         (self.prefix + "b", 2, False))
        self.assertTrue(got["epoch"] and got["offset"])
        dan = await self.speaker("dan")
        got = await dan.reply("lobby.match", prefix=self.prefix, seats=3,
                              min_players=2, state={"n": 1}, **duel)
        self.assertEqual((got["seat"], got["created"]), (0, True))
        self.assertTrue(got["topic"].startswith(self.prefix))
        await dan.refused(113, "lobby.start", topic=got["topic"])
        await dan.refused(107, "lobby.match", prefix=self.prefix)
        await dan.refused(107, "lobby.match", prefix="chat.", seats=2)

    async def test_a_match_waits_for_a_seat(self):
        ann, bob = await self.lobbies(), await self.speaker("bob")
        await bob.refused(108, "lobby.match", prefix=self.prefix, create=False)
        await self.seeks(bob, 900)
        await ann.reply("lobby.create", topic=self.lobby, seats=2)
        await bob.expect("reply", id=900, topic=self.lobby, seat=1,
                         created=False)

    async def seeks(self, one, number):
        """Its match with this id has been read."""
        await one.raw(one.encoded({
            "event": "lobby.match", "id": number, "prefix": self.prefix,
            "create": False, "wait_ms": WAIT_MS}))
        self.assertEqual(await listed(one, self.prefix), {})

    async def test_a_match_can_be_cancelled(self):
        bob = await self.speaker("bob")
        await self.seeks(bob, 900)
        await bob.reply("lobby.match.cancel", match=900)
        await bob.expect("error", id=900, code=108)
        await bob.reply("lobby.match.cancel", match=900)  # there is none
        # Nobody takes a seat for it any more.
        ann = await self.lobbies({"seats": 2})
        await self.is_listed(ann, {"a": 1})

    async def test_a_match_ends_with_its_connection(self):
        ann, bob = await self.lobbies(), await self.speaker("bob")
        await self.seeks(bob, 900)
        await bob.close()
        cyd = await self.speaker("cyd")
        await ann.reply("lobby.create", topic=self.lobby, seats=2)
        got = await cyd.reply("lobby.match", prefix=self.prefix, create=False,
                              wait_ms=WAIT_MS)
        self.assertEqual((got["topic"], got["seat"]), (self.lobby, 1))

    async def test_a_match_of_two_at_once_is_one_lobby(self):
        users = await self.speakers("a", "b", "c", "d")
        got = await asyncio.gather(*(
            one.reply("lobby.match", prefix=self.prefix, seats=2,
                      auto_start=False) for one in users))
        self.assertEqual(sorted(one["seat"] for one in got), [0, 0, 1, 1])
        self.assertEqual(len({one["topic"] for one in got}), 2)
        self.assertEqual(sum(one["created"] for one in got), 2)
        watcher = await self.watcher(got[0]["topic"])
        await users[0].reply("lobby.leave", topic=got[0]["topic"])
        await changed(watcher, "left", user="a")


Lists, ListsMessagePack = in_both_encodings(Lists)
