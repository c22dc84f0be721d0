"""Nodes and NATS end without a warning, and come back."""

import asyncio
import json

from support.cluster import (FAILURE_TIMEOUT_S, ClusterTest, members_of,
                             read_until, until_members)
from support.journal_test import position_of, resumed
from support.nats import ReplicatedNats
from support.node import Node
from support.waiting import until

def told(events, kind):
    """The users of whom these events tell."""
    return [one["member"]["user"] for one in events if one["event"] == kind]


async def receipt(one, topic, data):
    """Of a publish that is tried until NATS is there, with one key."""
    async def tried():
        got = await one.ask("publish", topic=topic, data=data, key=f"k-{data}")
        assert got["event"] == "reply" or got["code"] == 108, got
        return got if got["event"] == "reply" else None
    return await until(tried, f"{data} gets its receipt")


class Faults(ClusterTest):
    async def test_members_of_a_dead_node_leave_once(self):
        first, second, third = await self.begin()
        here, there = (await self.speaker(first, "here"),
                       await self.speaker(third, "there"))
        for one in (here, there):
            await one.subscribe(self.room)
        dead = [await self.speaker(second, f"dead-{n}") for n in range(5)]
        for one in dead:
            await one.subscribe(self.room)
        comes_back = await self.speaker(second, "back")
        mark = position_of(await comes_back.subscribe(self.room))
        await here.reply("publish", topic=self.room, data="last words")
        await until_members((here, there), self.room, [
            "here", "there", "back", *(f"dead-{n}" for n in range(5))])
        await self.end(1, Node.kill)
        missed = (await here.reply("publish", topic=self.room, data="1"))
        again = await self.speaker(third, "back")
        reply, replay = await resumed(again, self.room, mark)
        self.assertEqual((reply["recovered"], reply["epoch"]),
                         (True, missed["epoch"]))
        self.assertIn("1", [one.get("data") for one in replay])
        await until_members((here, there), self.room,
                            ("here", "there", "back"))
        await here.reply("publish", topic=self.room, data="end")
        heard = [await read_until(one, lambda got: got.get("data") == "end")
                 for one in (here, there)]
        for events in heard:
            self.assertEqual(sorted(told(events, "left")),
                             [f"dead-{n}" for n in range(5)])
            self.assertEqual(told(events, "joined").count("back"), 1)
        self.assertEqual([one for one in heard[0] if one["event"] == "left"],
                         [one for one in heard[1] if one["event"] == "left"])
        await self.start(1)
        await until_members((await self.speaker(self.cluster.nodes[1], "c"),),
                            self.room, ("here", "there", "back"))

    async def test_members_of_a_dead_node_are_held_first(self):
        first, second, *_ = await self.begin(2)
        room = "kept." + self._testMethodName
        here = await self.speaker(first, "here")
        there = await self.speaker(second, "there")
        await here.subscribe(room)
        await there.subscribe(room)
        await self.end(1, Node.kill)

        async def held():
            return (await members_of(here, room))["there"]["held"]
        await until(held, "the member is held")
        await self.start(1)
        again = await self.speaker(self.cluster.nodes[1], "there")
        await again.subscribe(room)

        async def is_back():
            member = (await members_of(here, room))["there"]
            return not member["held"] and member["connections"] == 1
        await until(is_back, "the member is back")

    async def test_every_publish_is_answered_in_time(self):
        """By its connection, when the log takes longer; also where that waits
        for the end of a token."""
        [node] = await self.begin(1, "cluster { log { deadline = 5m } }")
        one = await self.speaker(node, "one")
        await one.subscribe(self.room)
        self.nats.pause()
        why = await one.refused(108, "publish", topic=self.room, data="late")
        self.assertEqual(why, "no answer in time")
        self.nats.resume()
        await receipt(one, self.room, "after")

    async def test_nats_comes_back_with_its_store(self):
        first, second, *_ = await self.begin(2)
        here, there = (await self.speaker(first, "here"),
                       await self.speaker(second, "there"))
        mark = position_of(await here.subscribe(self.room))
        await there.subscribe(self.room)
        before = await receipt(here, self.room, "before")
        self.nats.kill()
        refused = await here.ask("publish", topic=self.room, data="away")
        self.assertEqual((refused["event"], refused["code"]), ("error", 108))

        async def unready():
            return first.get("/ready")[0] == 503
        await until(unready, "the node says that it is cut off")
        await asyncio.to_thread(self.nats.start)
        after = await receipt(here, self.room, "after")
        self.assertEqual(before["epoch"], after["epoch"])
        self.assertGreater(after["offset"], before["offset"])
        events = await read_until(there, lambda one: one.get("data") == "after")
        datas = [one["data"] for one in events if "data" in one]
        # What was refused may have been stored all the same.
        self.assertEqual([one for one in datas if one != "away"],
                         ["before", "after"])
        self.assertEqual(told(events, "left"), [])
        one = await self.speaker(second, "late")
        reply, replay = await resumed(one, self.room, mark)
        self.assertTrue(reply["recovered"])
        self.assertIn("after", [one.get("data") for one in replay])

        async def ready():
            return first.get("/ready")[0] == second.get("/ready")[0] == 200
        await until(ready, "the nodes are ready")

    async def test_nats_that_stands_still_ends_nobodys_life(self):
        """Longer than nodes may be silent, while all connections are there."""
        first, second, *_ = nodes = await self.begin(
            2, "cluster { nats { ping-interval = 5m } }")
        here, there = (await self.speaker(first, "here"),
                       await self.speaker(second, "there"))
        await here.subscribe(self.room)
        await there.subscribe(self.room)
        await until_members((here, there), self.room, ("here", "there"))

        async def until_deaf(value):
            async def all_are():
                return all(one.metric("rookery_cluster_deaf") == value
                           for one in nodes)
            await until(all_are, f"all nodes are deaf: {value}")

        async def silent_too_long():
            """As each sees the other, whom it has not given up."""
            lists = [json.loads(one.get("/nodes", internal=True)[1])["nodes"]
                     for one in nodes]
            return all(len(each) == 2 and
                       max(one["last_seen_ms"] for one in each)
                       > 2000 * FAILURE_TIMEOUT_S for each in lists)
        self.nats.pause()
        await until_deaf(1)
        await until(silent_too_long, "both are silent for too long")
        self.nats.resume()
        await until_deaf(0)
        await receipt(here, self.room, "after")
        for one, came in ((here, ["there"]), (there, [])):
            events = await read_until(
                one, lambda got: got.get("data") == "after")
            self.assertEqual((told(events, "joined"), told(events, "left")),
                             (came, []))
        for one in nodes:
            self.assertEqual(one.metric("rookery_cluster_died_total"), 0)
            self.assertNotIn('"cluster.fenced"', one.printed())

    async def test_a_join_that_was_refused_leaves_nobody_there(self):
        """It is stored all the same, after its time."""
        first, second, *_ = await self.begin(2)
        here = await self.speaker(first, "here")
        await here.subscribe(self.room)
        ghost = await self.speaker(second, "ghost")
        self.nats.pause()
        await ghost.refused(108, "subscribe", topic=self.room)
        await ghost.close()
        self.nats.resume()
        await receipt(here, self.room, "after")
        await until_members((here,), self.room, ("here",))
        await receipt(here, self.room, "end")
        events = await read_until(here, lambda one: one.get("data") == "end")
        self.assertEqual(told(events, "joined"), told(events, "left"))

    async def test_a_new_stream_is_a_new_epoch(self):
        first, second, *_ = await self.begin(2)
        here, there = (await self.speaker(first, "here"),
                       await self.speaker(second, "there"))
        await here.subscribe(self.room)
        await there.subscribe(self.room)
        before = await receipt(here, self.room, "before")
        self.nats.kill()
        self.nats.wipe()
        await asyncio.to_thread(self.nats.start)
        after = await receipt(here, self.room, "after")
        self.assertNotEqual(before["epoch"], after["epoch"])
        for one in (here, there):  # on the connections that went on
            events = await read_until(one, lambda got: got.get("epoch"))
            self.assertEqual((events[-1]["event"], events[-1]["epoch"]),
                             ("snapshot", after["epoch"]))
            # Nothing of the new log came before, or was taken for the old one.
            self.assertEqual([got["data"] for got in events if "data" in got],
                             ["before"])
        again = await receipt(here, self.room, "again")
        for one in (here, there):
            [*_, event] = await read_until(
                one, lambda got: got.get("data") == "again")
            self.assertEqual(event["offset"], again["offset"])
        await until_members((here, there), self.room, ("here", "there"))
        late = await self.speaker(second, "late")
        reply = await late.subscribe(self.room, since=position_of(before))
        self.assertEqual((reply["recovered"], reply["mode"]),
                         (False, "snapshot"))
        await late.expect("snapshot", epoch=after["epoch"])


class Replicated(ClusterTest):
    async def test_the_leader_of_three_is_killed(self):
        nats = await asyncio.to_thread(ReplicatedNats)
        first, second = await self.begin(
            2, "cluster { log { replicas = 3, deadline = 30s } }", nats)
        here, there = (await self.speaker(first, "here"),
                       await self.speaker(second, "there"))
        await here.subscribe(self.room)
        await there.subscribe(self.room)
        before = await receipt(here, self.room, "before")
        leader = await asyncio.to_thread(nats.leader_of, "log-tests")
        leader.kill()
        after = await receipt(here, self.room, "after")
        self.assertEqual(before["epoch"], after["epoch"])
        events = await read_until(there, lambda one: one.get("data") == "after")
        self.assertEqual([one["data"] for one in events if "data" in one],
                         ["before", "after"])
        self.assertEqual(told(events, "left"), [])
