"""nats-server with JetStream on the loopback: one, or three that replicate."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from support.ports import free_port
from support.waiting import DEADLINE_S, wait_until

PRINTED_MAX = 10_000

CONFIGURATION = """
server_name: {name}
host: {host}
port: {port}
http: {host}:{monitor}
max_payload: 2097152
jetstream {{ store_dir: "{folder}/store" }}
{more}
"""
ROUTES = """
cluster {{ name: tests, host: 127.0.0.1, port: {route}, routes: [{routes}] }}
"""


def nats_program():
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    found = shutil.which("nats-server", path=path)
    assert found, "nats-server is not installed: ./dev deps"
    return found


class Nats:
    """One server, which may be ended and started again with what it stored."""

    def __init__(self, more="", *, name="nats", port=0, start=True, enter=(),
                 host="127.0.0.1"):
        """`enter`: what is put before its command, to run it elsewhere."""
        self.folder = tempfile.TemporaryDirectory(prefix="rookery-nats-")
        self.name, self.process = name, None
        self.enter, self.host = enter, host
        self.port, self.monitor = port or free_port(), free_port()
        self.file = Path(self.folder.name, "nats.conf")
        self.log = Path(self.folder.name, "nats.log")
        self.write(more)
        if start:
            self.start()

    def write(self, more=""):
        """The configuration, for the next start."""
        self.file.write_text(CONFIGURATION.format(
            name=self.name, host=self.host, port=self.port,
            monitor=self.monitor, folder=self.folder.name, more=more))

    @property
    def url(self):
        return f"nats://{self.host}:{self.port}"

    @property
    def pid(self):
        return self.process.pid

    def printed(self):
        return self.log.read_text(errors="replace")

    def start(self, *, wait=True):
        with self.log.open("wb") as log:  # of this run only
            self.process = subprocess.Popen(
                [*self.enter, "setpriv", "--pdeathsig", "KILL", nats_program(),
                 "-c", str(self.file)], stdout=log, stderr=log)
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self):
        def ready():
            assert self.process.poll() is None, self.printed()[-PRINTED_MAX:]
            return "Server is ready" in self.printed()
        wait_until(ready, "nats-server is ready")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def wipe(self):
        """Nothing is left of what it stored."""
        shutil.rmtree(Path(self.folder.name, "store"), ignore_errors=True)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def ask(self, path):
        """Of its monitoring, as it is told there."""
        with urllib.request.urlopen(f"http://{self.host}:{self.monitor}/{path}",
                                    timeout=DEADLINE_S) as answer:
            return json.load(answer)

    def end(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.folder.cleanup()


class ReplicatedNats:
    """Three servers with routes between them."""

    def __init__(self):
        routes = [free_port() for _ in range(3)]
        known = ", ".join(f"nats://127.0.0.1:{one}" for one in routes)
        self.servers = []
        try:
            for number, route in enumerate(routes):
                self.servers.append(Nats(ROUTES.format(
                    route=route, routes=known), name=f"nats{number}",
                    start=False))
                self.servers[-1].start(wait=False)
            for one in self.servers:
                one.wait_until_ready()
            self.wait_for_meta_leader()
        except BaseException:
            self.end()
            raise

    @property
    def url(self):
        return '", "'.join(one.url for one in self.servers)

    def wait_for_meta_leader(self):
        def known():
            return all(one.ask("jsz").get("meta_cluster", {}).get("leader")
                       for one in self.servers)
        wait_until(known, "the servers have a leader")

    def leader_of(self, stream):
        """The server that leads a stream's replicas."""
        def found():
            for one in self.servers:
                if one.process.poll() is not None:
                    continue
                told = one.ask("jsz?streams=1")
                for account in told.get("account_details", ()):
                    for detail in account.get("stream_detail", ()):
                        leads = detail.get("cluster", {}).get("leader")
                        if detail["name"] == stream and leads == one.name:
                            return one
            return None
        return wait_until(found, f"somebody leads {stream}")

    def end(self):
        for one in self.servers:
            one.end()
