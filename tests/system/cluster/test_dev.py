"""`./dev cluster`: what it starts works together, and Ctrl-C ends all of it."""

import asyncio
import json
import os
import re
import signal
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

import websockets

from support.node import JSON, Speaker
from support.settings import settings
from support.waiting import DEADLINE_S, wait_until

DEV = Path(__file__).parents[3] / "dev"


def children_of(pid):
    """All processes below this one."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has just ended
        parents[int(stat.parent.name)] = int(fields[1])
    found = {pid}
    while more := {one for one, by in parents.items() if by in found} - found:
        found |= more
    return found - {pid}


class DevCluster(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.output = tempfile.TemporaryFile()
        self.addCleanup(self.output.close)

    async def asyncSetUp(self):
        # unittest turns it on, and it tells of every slow step.
        asyncio.get_running_loop().set_debug(False)

    def printed(self):
        size = os.fstat(self.output.fileno()).st_size
        return os.pread(self.output.fileno(), size, 0).decode()

    def start(self):
        environment = {**os.environ, "ROOKERY": settings.node}
        self.process = subprocess.Popen(
            [str(DEV), "cluster", "3", "--free"], env=environment,
            stdout=self.output, stderr=subprocess.STDOUT)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.terminate)

        def started():
            assert self.process.poll() is None, self.printed()
            return "Ctrl-C" in self.printed()
        wait_until(started, "the cluster runs")
        return re.findall(r"http://127\.0\.0\.1:\d+/", self.printed())

    async def visitor(self, page):
        socket = await websockets.connect(
            page.replace("http", "ws") + "ws", subprotocols=[JSON],
            open_timeout=DEADLINE_S)
        self.addAsyncCleanup(socket.close)
        one = Speaker(socket)
        await one.expect("welcome")
        return one

    async def test_three_nodes_start_work_together_and_end(self):
        pages = await asyncio.to_thread(self.start)
        self.assertEqual(len(pages), 3)
        for page in pages:
            with urllib.request.urlopen(page, timeout=DEADLINE_S) as answer:
                self.assertIn("<html", answer.read().decode().lower())
        first, third = await self.visitor(pages[0]), await self.visitor(pages[2])
        await third.subscribe("chat.dev")
        await first.subscribe("chat.dev")
        receipt = await first.reply("publish", topic="chat.dev", data="hello")
        while (got := await third.next())["event"] != "message":
            pass
        self.assertEqual((got["data"], got["offset"]),
                         ("hello", receipt["offset"]), json.dumps(got))
        children = children_of(self.process.pid)
        self.assertEqual(len(children), 4)  # NATS and three nodes
        self.process.send_signal(signal.SIGINT)
        code = await asyncio.to_thread(self.process.wait, DEADLINE_S)
        self.assertEqual(code, 0, self.printed())
        left = [one for one in children if Path(f"/proc/{one}").exists()]
        self.assertEqual(left, [])
        folder = re.search(r"store in (\S+?)\)", self.printed())[1]
        self.assertFalse(Path(folder).exists())
