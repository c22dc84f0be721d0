"""clients/js/test/support/soak_clients.js as a process: clients of the SDK that
follow a topic and publish to it, and judge what they were told."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from support.settings import settings
from support.tokens import SECRET
from support.waiting import DEADLINE_S, wait_until

PROGRAM = (Path(__file__).parents[2]
           / "clients/js/test/support/soak_clients.js")


class Soak:
    """Runs until `verdict` is asked for."""

    def __init__(self, url, topic, **options):
        self.said = tempfile.TemporaryFile("w+")
        words = [f"--{name.replace('_', '-')}={value}"
                 for name, value in options.items()]
        environment = dict(os.environ)
        if settings.sdk:
            environment["ROOKERY_SDK"] = settings.sdk
        self.process = subprocess.Popen(
            [shutil.which("node"), str(PROGRAM), url, "--topic", topic,
             "--secret", SECRET, "--seconds", "3600", *words],
            env=environment, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.said)

    def printed(self):
        return os.pread(self.said.fileno(), 1 << 20, 0).decode()

    def wait_until_live(self):
        def live():
            assert self.process.poll() is None, self.printed()
            return "live" in self.printed()
        wait_until(live, "the clients are subscribed")

    def verdict(self):
        """Stops it; its report, as soon as all have seen the same end."""
        out, _ = self.process.communicate("stop\n", 4 * DEADLINE_S)
        assert out, self.printed()
        return json.loads(out)

    def end(self):
        """Whatever has become of it."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.said.close()
