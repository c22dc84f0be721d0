"""Nodes of one cluster that are drained and started again, each always on its own
ports."""

import asyncio
import json
import signal
import subprocess
import urllib.error
import urllib.request

from support.node import Node
from support.ports import free_port
from support.settings import settings
from support.waiting import DEADLINE_S, wait_until

CLUSTER = """
node.name = "%(name)s"
http.internal-port = %(internal)d
cluster {
  enabled = true, name = "drain", heartbeat-interval = 200ms
  nats { servers = ["nats://127.0.0.1:%(nats)d"] }
}
"""


class Member:
    """One node of the cluster, over all its runs."""

    def __init__(self, name, nats, more=""):
        self.port, self.internal_port = free_port(), free_port()
        self.settings = CLUSTER % {
            "name": name, "internal": self.internal_port, "nats": nats.port,
        } + more
        self.node = None
        self.start()

    def start(self):
        self.node = Node(self.settings, port=self.port)
        wait_until(lambda: self.status("/ready") == 200, "the node is ready")

    def url(self):
        return self.node.url()

    def status(self, path):
        return self.node.get(path)[0]

    def drained(self):
        """The answer to GET /drain."""
        return json.loads(self.node.get("/drain", internal=True)[1])

    def post_drain(self, body):
        """Status and answer of POST /drain."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.internal_port}/drain",
            data=json.dumps(body).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read())

    def terminate(self):
        self.node.process.send_signal(signal.SIGTERM)

    def command(self, *options):
        """`rookery drain` of this node, as a process that has ended."""
        return subprocess.run(
            [settings.node, "drain", *options], capture_output=True, text=True,
            timeout=2 * DEADLINE_S)

    def by_file(self):
        return "-c", str(self.node.file)

    def by_url(self):
        return "--url", f"http://127.0.0.1:{self.internal_port}"

    async def ended(self):
        """It ends by itself, and well."""
        loop = asyncio.get_running_loop()
        code = await loop.run_in_executor(
            None, self.node.process.wait, 2 * DEADLINE_S)
        printed = self.node.printed()[-10_000:]
        self.node.output.close()
        assert code == 0, f"exit code {code}\n{printed}"

    def kill(self):
        if self.node.process.poll() is None:
            self.node.kill()
