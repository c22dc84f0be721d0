"""`rookery top`: once as text, and live on a terminal."""

import asyncio
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from support.node_test import NodeTest
from support.settings import settings
from support.waiting import DEADLINE_S

LONG = "x" * 30_000
WHOLE_SCREEN, AS_BEFORE = b"\x1b[?1049h", b"\x1b[?1049l"


class Terminal:
    """`rookery top` on a terminal of its own."""

    def __init__(self, *arguments):
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 30, 110, 0, 0))
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        self.seen = b""
        self.process = subprocess.Popen(
            [settings.node, "top", *arguments], stdin=theirs, stdout=theirs,
            stderr=theirs, start_new_session=True,
            env=dict(os.environ, TERM="xterm", LC_ALL="C.UTF-8"))

    def read(self, seconds):
        if select.select([self.ours], [], [], seconds)[0]:
            self.seen += os.read(self.ours, 65536)

    def wait_for(self, text):
        deadline = time.monotonic() + DEADLINE_S
        while text not in self.seen:
            assert time.monotonic() < deadline, (text, self.seen)
            self.read(0.1)

    def press(self, key):
        self.seen = b""
        os.write(self.ours, key)

    def end(self):
        """Its exit code, and whether the terminal is as it was."""
        deadline = time.monotonic() + DEADLINE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            self.read(0.05)
        self.read(0.1)
        same = termios.tcgetattr(self.theirs) == self.before
        return self.process.returncode, same and AS_BEFORE in self.seen

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


class Top(NodeTest):

    @property
    def url(self):
        return f"http://127.0.0.1:{self.node.internal_port}"

    def top(self, *arguments):
        return subprocess.run([settings.node, "top", *arguments], check=False,
                              capture_output=True, text=True,
                              timeout=DEADLINE_S)

    def terminal(self):
        one = Terminal("--url", self.url)
        self.addCleanup(one.close)
        one.wait_for(WHOLE_SCREEN)
        return one

    async def blocked(self, user):
        slow, writer = await self.speakers(user, "writer")
        await slow.subscribe(self.room)
        slow.socket.transport.pause_reading()
        while self.node.metric("rookery_outbox_bytes") < 10 * len(LONG):
            await writer.reply("publish", topic=self.room, data=LONG)
        return slow

    async def test_once_prints_both_tables(self):
        slow = await self.blocked("sloth")
        done = await asyncio.to_thread(self.top, "--url", self.url, "--once")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(
            done.stdout,
            rf"(?m)^{slow.welcome['connection']} +sloth +127\.0\.0\.1 "
            rf".* blocked$")
        self.assertRegex(done.stdout,
                         rf"(?m)^{re.escape(self.room)[:40]} +[0-9.]+ +1$")
        self.assertNotIn("\x1b", done.stdout)
        slow.socket.transport.resume_reading()

    def test_the_configuration_says_where(self):
        free = self.node.file.with_name("elsewhere.conf")
        free.write_text(self.node.file.read_text()
                        + f"\nhttp.internal-port = {self.node.internal_port}")
        done = self.top("-c", str(free), "--once")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("slowest connections, by depth", done.stdout)

    def test_what_is_wrong_is_said(self):
        for arguments, said in (
                (("--url", "http://127.0.0.1:1", "--once"), "127.0.0.1:1/"),
                (("--url", "nowhere"), "--url"),
                (("--url", self.url, "--sort", "colour"), "--sort"),
                ((), "")):
            done = self.top(*arguments)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(said, done.stderr)

    async def test_live_it_refreshes_and_sorts_and_gives_the_terminal_back(self):
        one = self.terminal()
        await asyncio.to_thread(one.wait_for, b"by depth")
        slow = await self.blocked("sloth")
        await asyncio.to_thread(one.wait_for, b"sloth")
        one.press(b"u")
        await asyncio.to_thread(one.wait_for, b"user")
        self.assertNotIn(b"\x1b[2J", one.seen)  # only what changed is drawn
        one.press(b"q")
        self.assertEqual(await asyncio.to_thread(one.end), (0, True))
        slow.socket.transport.resume_reading()

    def test_a_signal_gives_the_terminal_back(self):
        one = self.terminal()
        one.wait_for(b"busiest topics")
        one.process.send_signal(signal.SIGTERM)
        code, restored = one.end()
        self.assertNotEqual(code, None)
        self.assertTrue(restored)
