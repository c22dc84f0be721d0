#!/usr/bin/python3
"""What clients that stop reading cost the others, and what they get when they
read again: 950 subscribers of a room, with and without 50 that do not read, in
turns. Prints medians; see docs/performance.md."""

import argparse
import json
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from driver import process, works
from driver.servers import ROOT, written

sys.path.insert(0, str(ROOT / "tests/system"))
from support import frames  # noqa: E402

TOPIC = "bench.t0"
READING = 950
DEADLINE_S = 60
CONF = """
http {{ address = "127.0.0.1", port = {port}, internal-port = 0 }}
session.anonymous = allow
topics {{ bench {{
  match = "bench.*", kind = room
  history-messages = 100000, history-bytes = 256 MiB
}} }}
connection.outbox-bytes-max = 128 KiB // full before the measured part
laggard.grace = 10m // who is closed costs nothing any more
log.level = warn
"""


class Laggard:
    """Subscribes, then reads nothing until `catch_up`."""

    def __init__(self, port):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect(("127.0.0.1", port))
        self.socket.sendall(
            b"GET /ws HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        self.reader = frames.FrameReader()
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.socket.recv(4096)
        self.reader.feed(head[head.index(b"\r\n\r\n") + 4:])
        self.socket.sendall(frames.text(json.dumps(
            {"event": "subscribe", "id": 1, "topic": TOPIC}).encode()))
        while (found := self.event())["event"] != "reply":
            pass
        self.offset = found["offset"]
        self.gaps = 0

    def event(self):
        while True:
            while not (one := self.reader.next()):
                if not (data := self.socket.recv(1 << 18)):
                    raise RuntimeError("the server closed a laggard")
                self.reader.feed(data)
            if one.opcode == frames.PING:
                self.socket.sendall(frames.pong(one.payload))
            elif one.opcode == frames.CLOSE:
                raise RuntimeError(f"a laggard was closed: {one}")
            else:
                return json.loads(one.payload)

    def catch_up(self, until):
        """Reads up to the event at `until`. Returns what was wrong: offsets of
        this server's rooms have no holes."""
        wrong = 0
        while self.offset < until:
            found = self.event()
            if found["event"] == "gap":
                self.gaps += 1
            elif found["event"] in ("message", "joined", "left"):
                wrong += found["offset"] != self.offset + 1
                self.offset = found["offset"]
        return wrong


def newest(port):
    """A subscriber that comes now is told the newest offset; its own `joined`
    included."""
    one = Laggard(port)
    return one.offset


def one_run(given, count):
    with tempfile.TemporaryDirectory(prefix="rookery-bench-") as name:
        folder, port = Path(name), process.free_port()
        conf = written(folder / "node.conf", CONF.format(port=port))
        command = [str(given.load), "--in-step", "--port", str(port),
                   *works.PACED, "fan-out", "--subscribers", str(READING),
                   "--rate", "50", "--payload", "1024", "--warm-up", "3",
                   "--seconds", str(given.seconds)]
        with process.Server([str(given.rookery), "serve", "-c", conf],
                            lambda: process.accepts(port),
                            folder / "server.log") as server:
            slow = [Laggard(port) for _ in range(count)]
            readings, report = works.load(command, server, 120)
            result = works.figures(
                works.Work("", "", *works.PER_DELIVERY, []), readings, report)
            end = newest(port)
            began = server.usage()["cpu"]
            threads = [threading.Thread(target=catch_up, args=(one, end, result))
                       for one in slow]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
            result["gaps"] = sum(one.gaps for one in slow)
            result["caught_up"] = sum(one.offset >= end for one in slow)
            result["repair_cpu"] = server.usage()["cpu"] - began
        return result


def catch_up(one, end, result):
    result["wrong"] += one.catch_up(end)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--laggards", type=int, default=50)
    parser.add_argument("--rookery", default=ROOT / "build/release/rookery")
    parser.add_argument("--load", default=ROOT / "build/release/rookery-load")
    given = parser.parse_args()
    process.raise_descriptor_limit()
    runs = {0: [], given.laggards: []}
    for _ in range(given.rounds):
        for count, done in runs.items():
            done.append(one_run(given, count))
            time.sleep(0.5)
    for count, done in runs.items():
        middle = {key: statistics.median(one[key] for one in done)
                  for key in ("cpu_us_per_delivery", "p50_ms", "p99_ms",
                              "rss_mb", "gaps", "caught_up", "repair_cpu")}
        wrong = sum(one["wrong"] + one["broken"] for one in done)
        print(f"{count} laggards: "
              + ", ".join(f"{key} {value:.3g}" for key, value in middle.items())
              + f", wrong {wrong}")


main()
