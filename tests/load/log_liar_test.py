"""What the load generator says of a server with a log that is told how to
misbehave.
usage: log_liar_test.py ROOKERY_LOAD"""

import json
import logging
import sys
import unittest

import websockets

from liar_test import load

CLIENTS, MISSED = 4, 5


def packed(**message):
    return json.dumps(message, separators=(",", ":"))


class Liar:
    """Speaks as much of rookery.v1.json as is needed for rooms. `receipt(id,
    offset)` says which receipts a publish gets, `replay(messages)` what of a
    log a client gets that lacks `messages`, pairs of offset and frame."""

    def __init__(self, receipt=lambda number, offset: [(number, offset)],
                 replay=lambda messages: messages, recovered=True):
        self.receipt, self.replay = receipt, replay
        self.recovered = recovered
        self.logs, self.dropped, self.served = {}, 0, 0

    async def serve(self, socket, path):
        await socket.send(packed(event="welcome", connection="c-1", user="u"))
        try:
            async for text in socket:
                await self.answer(socket, json.loads(text))
        except websockets.ConnectionClosedError:
            self.dropped += 1  # there was no close frame

    async def answer(self, socket, message):
        log = self.logs.setdefault(message["topic"], [])
        if message["event"] == "publish":
            offset = len(log) + 1
            log.append((offset, packed(
                event="message", topic=message["topic"], offset=offset,
                data=message["data"], at=1)))
            for number, at in self.receipt(message["id"], offset):
                await socket.send(packed(event="reply", id=number, epoch="e",
                                         offset=at))
        else:
            await self.subscribe(socket, message, log)

    async def subscribe(self, socket, message, log):
        since = message.get("since")
        recovery = {"mode": "replay", "recovered": self.recovered}
        await socket.send(packed(
            event="reply", id=message["id"], topic=message["topic"],
            kind="room", epoch="e", offset=len(log),
            **(recovery if since else {})))
        if since:
            self.served += 1
            for _, frame in self.replay(log[since["offset"]:]):
                await socket.send(frame)
        await socket.send(packed(event="live", topic=message["topic"],
                                 offset=len(log)))


class TheLoadGenerator(unittest.IsolatedAsyncioTestCase):
    RECEIPTS = ("receipts", "--publishers", "3", "--topics", "2", "--window",
                "4", "--warm-up", "0", "--seconds", "0.2")
    REPLAY = ("replay", "--clients", str(CLIENTS), "--topics", "2", "--missed",
              str(MISSED))
    RECONNECT = ("reconnect", *REPLAY[1:], "--at-once", "3")

    async def run_against(self, liar, arguments):
        async with websockets.serve(
                liar.serve, "127.0.0.1", 0,
                subprotocols=["rookery.v1.json"]) as server:
            port = server.sockets[0].getsockname()[1]
            return await load(port, *arguments)

    async def report_of(self, liar, arguments):
        lines, errors = await self.run_against(liar, arguments)
        self.assertEqual(errors, "")
        return json.loads(lines[-2]), lines[:-2]

    async def assert_complains(self, liar, arguments, words):
        lines, errors = await self.run_against(liar, arguments)
        self.assertIn(words, errors)
        self.assertNotIn("end", lines)

    async def test_counts_the_receipts_of_an_honest_server(self):
        liar = Liar()
        report, _ = await self.report_of(liar, self.RECEIPTS)
        # All but the windows of the warm-up are counted, and none is left.
        self.assertEqual(report["receipts"] + 3 * 4,
                         sum(len(log) for log in liar.logs.values()))
        self.assertGreater(report["receipts"], 3 * 4)
        self.assertEqual(sorted(liar.logs), ["bench.t0", "bench.t1"])

    async def test_keeps_as_many_publishes_under_way_as_it_is_told(self):
        seen = []

        def keep(number, offset):
            seen.append(number)
            # Nobody gets a receipt before all windows are full.
            return ([] if len(seen) < 4
                    else [(one, one) for one in seen] if len(seen) == 4
                    else [(number, number)])

        await self.report_of(
            Liar(receipt=keep),
            ("receipts", "--publishers", "1", "--topics", "1", *self.RECEIPTS[5:]))
        self.assertEqual(seen[:4], [10, 11, 12, 13])

    async def test_takes_topics_without_a_log(self):
        report, _ = await self.report_of(
            Liar(receipt=lambda number, _: [(number, 0)]), self.RECEIPTS)
        self.assertGreater(report["receipts"], 0)

    async def test_ends_at_a_receipt_that_comes_twice(self):
        await self.assert_complains(
            Liar(receipt=lambda number, at: [(number, at)] * 2), self.RECEIPTS,
            "a wrong receipt")

    async def test_ends_at_an_offset_that_two_publishers_get(self):
        await self.assert_complains(
            Liar(receipt=lambda number, _: [(number, number)]), self.RECEIPTS,
            "a wrong receipt")

    async def test_ends_at_an_offset_that_does_not_rise(self):
        await self.assert_complains(
            Liar(receipt=lambda number, at: [(number, 1000 - at)]),
            self.RECEIPTS, "a wrong receipt")

    async def test_measures_the_replay_of_what_was_missed(self):
        liar = Liar()
        report, signals = await self.report_of(liar, self.REPLAY)
        self.assertEqual(report["deliveries"], CLIENTS * MISSED)
        self.assertEqual(report["connections"], CLIENTS)
        self.assertEqual(signals, ["begin", "end"])
        self.assertEqual(liar.served, CLIENTS)

    async def test_measures_clients_that_come_back_twice(self):
        liar = Liar()
        report, signals = await self.report_of(liar, self.RECONNECT)
        self.assertEqual(report["deliveries"], CLIENTS * MISSED)
        self.assertEqual(signals, ["dropping", "dropped", "begin", "end"])
        self.assertEqual(liar.served, 2 * CLIENTS)
        self.assertGreaterEqual(liar.dropped, 2 * CLIENTS)

    async def test_ends_when_a_client_is_live_too_early(self):
        for work in (self.REPLAY, self.RECONNECT):
            await self.assert_complains(
                Liar(replay=lambda messages: messages[:-1]), work,
                "live, but not with what it missed")

    async def test_ends_at_a_hole_or_a_repetition_in_a_replay(self):
        for tamper in (lambda messages: messages[:2] + messages[3:],
                       lambda messages: messages[:2] + messages[1:],
                       lambda messages: messages[::-1],
                       lambda messages: messages + messages[-1:]):
            await self.assert_complains(Liar(replay=tamper), self.REPLAY,
                                        "out of order")

    async def test_ends_when_a_position_is_not_recovered(self):
        for work in (self.REPLAY, self.RECONNECT):
            await self.assert_complains(Liar(recovered=False), work,
                                        '"recovered":false')


if __name__ == "__main__":
    # Clients leave without a close frame.
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
