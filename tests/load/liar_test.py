"""What the load generator reports of a server that is told how to misbehave.
usage: liar_test.py ROOKERY_LOAD"""

import asyncio
import http
import json
import logging
import sys
import unittest

import websockets

SUBSCRIBERS, PUBLISHES = 3, 40


class Liar:
    """Speaks as much of rookery.v1.json as a subscriber and a publisher need.
    `tamper(number, frames, seen)` says what is delivered of publish `number`;
    `seen` is a dict that lasts as long as the server."""

    def __init__(self, tamper=lambda number, frames, seen: frames,
                 on_subscribe=None):
        self.tamper, self.on_subscribe = tamper, on_subscribe
        self.members, self.count, self.seen = [], 0, {}

    async def serve(self, socket, path):
        self.path, self.subprotocol = path, socket.subprotocol
        await socket.send(json.dumps(
            {"event": "welcome", "connection": "c-1", "user": "u"},
            separators=(",", ":")))
        async for text in socket:
            await self.answer(socket, json.loads(text))

    async def answer(self, socket, message):
        if message["event"] == "subscribe":
            if self.on_subscribe:
                return await self.on_subscribe(socket, message)
            self.members.append(socket)
            await socket.send(
                '{"event":"reply","id":%d,"topic":"%s","kind":"topic"}'
                % (message["id"], message["topic"]))
        else:
            await self.deliver(message)

    async def deliver(self, message):
        frame = ('{"event":"message","topic":"%s","data":"%s","at":1}'
                 % (message["topic"], message["data"]))
        number, self.count = self.count, self.count + 1
        for out in self.tamper(number, [frame], self.seen):
            for member in self.members:
                await member.send(out)


async def load(port, *arguments):
    process = await asyncio.create_subprocess_exec(
        sys.argv[1], "--port", str(port), *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, errors = await process.communicate()
    return out.decode().split("\n"), errors.decode()


class TheLoadGenerator(unittest.IsolatedAsyncioTestCase):
    FAN_OUT = ("fan-out", "--subscribers", str(SUBSCRIBERS), "--rate", "100",
               "--warm-up", "0", "--seconds", str(PUBLISHES / 100),
               "--patience", "5")

    async def run_against(self, liar, *arguments):
        async with websockets.serve(
                liar.serve, "127.0.0.1", 0,
                subprotocols=["rookery.v1.json"]) as server:
            port = server.sockets[0].getsockname()[1]
            return await load(port, *(arguments or self.FAN_OUT))

    async def report_of(self, liar, *arguments):
        lines, errors = await self.run_against(liar, *arguments)
        self.assertEqual(errors, "")
        return json.loads(lines[-2])

    def assert_found(self, report, **expected):
        found = {key: report[key] for key in (
            "lost", "duplicated", "reordered", "corrupt", "broken")}
        self.assertEqual(found, {**dict.fromkeys(found, 0), **expected})

    async def test_finds_no_fault_with_an_honest_server(self):
        liar = Liar()
        report = await self.report_of(liar)
        self.assert_found(report)
        self.assertEqual(report["published"], PUBLISHES)
        self.assertEqual(report["deliveries"], PUBLISHES * SUBSCRIBERS)
        self.assertEqual((liar.path, liar.subprotocol),
                         ("/ws", "rookery.v1.json"))

    async def test_keeps_a_window_of_publishes_under_way(self):
        liar = Liar()
        report = await self.report_of(
            liar, "fan-out", "--subscribers", "2", "--rate", "0", "--window",
            "4", "--warm-up", "0", "--seconds", "0.2")
        self.assert_found(report)
        self.assertEqual(report["published"], liar.count)
        self.assertEqual(report["deliveries"], 2 * liar.count)

    async def test_finds_lost_messages_and_a_lost_last_one(self):
        lost = (3, 4, 9, PUBLISHES - 1)
        report = await self.report_of(Liar(
            lambda number, frames, _: [] if number in lost else frames))
        self.assert_found(report, lost=len(lost) * SUBSCRIBERS)

    async def test_finds_messages_that_come_twice(self):
        report = await self.report_of(Liar(
            lambda number, frames, _: frames * (1 + (number == 5))))
        self.assert_found(report, duplicated=SUBSCRIBERS)
        self.assertEqual(report["deliveries"], PUBLISHES * SUBSCRIBERS)

    async def test_finds_messages_out_of_order(self):
        def swap(number, frames, seen):
            if number == 7:
                seen["late"] = frames
                return []
            return frames + seen.pop("late", [])

        self.assert_found(await self.report_of(Liar(swap)),
                          reordered=SUBSCRIBERS)

    async def test_finds_changed_payloads(self):
        report = await self.report_of(Liar(
            lambda number, frames, _:
            [frame.replace("..", "..?", 1)[:-1] if number == 2 else frame
             for frame in frames]))
        self.assert_found(report, corrupt=SUBSCRIBERS, lost=SUBSCRIBERS)

    async def test_says_why_the_server_broke_a_connection(self):
        async def accept_then_close(socket, message):
            await socket.send('{"event":"reply","id":%d}' % message["id"])
            await socket.close(4002, "laggard")

        # Ends early, with the connection.
        report = await self.report_of(
            Liar(on_subscribe=accept_then_close), "fan-out", "--subscribers",
            "1", "--warm-up", "0", "--seconds", "60", "--patience", "1")
        self.assert_found(report, broken=1, lost=report["published"])
        self.assertEqual(report["broken_why"],
                         "the server closed: 4002 laggard")

    async def test_fails_when_a_subscription_is_refused(self):
        async def refuse(socket, message):
            await socket.send('{"event":"error","id":1,"code":102,'
                              '"error":"unknown_topic"}')

        _, errors = await self.run_against(Liar(on_subscribe=refuse))
        self.assertIn("unknown_topic", errors)

    async def test_fails_when_there_is_no_upgrade(self):
        async def forbid(path, headers):
            return http.HTTPStatus.FORBIDDEN, [], b"no"

        async with websockets.serve(Liar().serve, "127.0.0.1", 0,
                                    process_request=forbid) as server:
            port = server.sockets[0].getsockname()[1]
            _, errors = await load(port, *self.FAN_OUT)
        self.assertIn("403", errors)

    async def test_answers_pings_between_the_fragments_of_a_message(self):
        async def subscribed(socket, message):
            async def parts():
                yield '{"event":"reply",'
                await (await socket.ping(b"now"))
                yield '"id":%d}' % message["id"]

            await socket.send(parts())

        report = await self.report_of(
            Liar(on_subscribe=subscribed), "idle", "--connections", "2",
            "--topics", "1", "--settle", "0", "--seconds", "0")
        self.assert_found(report)
        self.assertEqual(report["connections"], 2)

    async def test_counts_handshakes_of_welcomed_visitors(self):
        report = await self.report_of(
            Liar(), "handshakes", "--warm-up", "0", "--seconds", "0.3")
        self.assert_found(report)
        self.assertGreater(report["connections"], 0)


if __name__ == "__main__":
    # The load generator leaves without a close frame.
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
