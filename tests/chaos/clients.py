"""A program of clients/js/test/support as a process: clients of the SDK that
say "live" on stderr and report on stdout after a "stop" on stdin."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from support.settings import settings
from support.tokens import SECRET
from support.waiting import DEADLINE_S, wait_until

FOLDER = Path(__file__).parents[2] / "clients/js/test/support"


class Clients:
    def __init__(self, program, *words, **options):
        self.said = tempfile.TemporaryFile("w+")
        environment = dict(os.environ)
        if settings.sdk:
            environment["ROOKERY_SDK"] = settings.sdk
        self.process = subprocess.Popen(
            [shutil.which("node"), str(FOLDER / program), *words,
             "--secret", SECRET,
             *(f"--{name.replace('_', '-')}={value}"
               for name, value in options.items())],
            env=environment, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.said)

    def printed(self):
        return os.pread(self.said.fileno(), 1 << 20, 0).decode()

    def wait_until_live(self):
        def live():
            assert self.process.poll() is None, self.printed()
            return "live" in self.printed()
        wait_until(live, "the clients are subscribed")

    def end(self):
        """Whatever has become of it. Some end by themselves with their stdin."""
        try:
            self.process.communicate(timeout=DEADLINE_S / 10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        self.said.close()
