#!/usr/bin/python3
"""A cluster on this machine: nats-server with JetStream in a temporary folder,
and nodes that serve the demo pages. Ctrl-C ends all of it."""

import argparse
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

START_S = 60.0
STOP_S = 40.0  # more than a node's supervisor.stop-timeout
POLL_S = 0.05
NATS = """
host: 127.0.0.1
port: {port}
max_payload: 2097152
jetstream {{ store_dir: "{folder}/store" }}
"""
NODE = """
node {{ name = "n{number}", threads = 1 }}
http {{ address = "127.0.0.1", port = {port}, internal-port = {internal}
        demo = true }}
session {{ anonymous = allow, token.hmac-secret = "{secret}" }}
topics {{
  room {{ match = "room.*", kind = room, presence-hold = 2s }}
  live {{ match = "live.*" }}
  lobby {{ match = "lobby.*", kind = lobby }}
  chat {{ match = "chat.*", kind = room, presence-hold = 2s }}
  news {{ match = "news.*" }}
}}
cluster {{
  enabled = true, name = "dev", heartbeat-interval = 500ms, failure-timeout = 2s
  nats {{ servers = ["nats://127.0.0.1:{nats}"] }}
}}
"""


class Child:
    """A process of its own session, so that Ctrl-C reaches only us; whatever
    ends us ends it, too."""

    def __init__(self, name, command, folder):
        self.name, self.output = name, Path(folder, f"{name}.log")
        with self.output.open("wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command], stdout=log,
                stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)

    def printed(self):
        return self.output.read_text(errors="replace")

    def wait_for(self, pattern):
        end = time.monotonic() + START_S
        while not re.search(pattern, self.printed()):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.name} does not start:\n"
                                   f"{self.printed()[-4000:]}")
            time.sleep(POLL_S)

    def ended(self):
        """Its exit code, or None."""
        return self.process.poll()

    def ask_to_stop(self):
        if self.ended() is None:
            self.process.terminate()

    def stop(self):
        self.ask_to_stop()
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Interrupted(Exception):
    """Ctrl-C, or a SIGTERM."""


def interrupt(*_):
    raise Interrupted


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(options, folder, children):
    """Starts all, in `children` as they come; returns the addresses."""
    at = (lambda port: free_port()) if options.free else (lambda port: port)
    nats = at(14222)
    conf = Path(folder, "nats.conf")
    conf.write_text(NATS.format(port=nats, folder=folder))
    program = shutil.which("nats-server", path=os.environ["PATH"] + ":/usr/sbin")
    if not program:
        raise RuntimeError("nats-server is not installed: ./dev deps")
    children.append(Child("nats", [program, "-c", str(conf)], folder))
    children[0].wait_for("Server is ready")
    secret = secrets.token_hex(32)  # a page's token is good at all nodes
    pages = []
    for number in range(1, options.nodes + 1):
        port = at(options.port + number)
        conf = Path(folder, f"n{number}.conf")
        conf.write_text(NODE.format(number=number, port=port, nats=nats,
                                    secret=secret,
                                    internal=at(options.internal_port + number)))
        pages.append(f"http://127.0.0.1:{port}/")
        children.append(Child(f"n{number}", [
            options.program, "serve", "-c", str(conf)], folder))
    for one in children[1:]:
        one.wait_for(r"node\.ready")
    return f"nats://127.0.0.1:{nats}", pages


def watch(children):
    """Until one ends, which it should not, or Ctrl-C."""
    while all(one.ended() is None for one in children):
        time.sleep(POLL_S)
    for one in children:
        if one.ended() is not None:
            raise RuntimeError(f"{one.name} has ended with {one.ended()}:\n"
                               f"{one.printed()[-4000:]}")


def stop(children):
    """The nodes first, all at once, while NATS is there. Those that failed."""
    nodes = children[1:]
    for one in nodes:
        one.ask_to_stop()
    failed = [one for one in nodes if one.stop() != 0]
    for one in children[:1]:
        one.stop()  # its code says only which signal it got
    return failed


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="path of rookery")
    parser.add_argument("nodes", nargs="?", type=int, default=3,
                        help="how many nodes (3)")
    parser.add_argument("--port", type=int, default=8000,
                        help="node N serves clients at this port + N (8000)")
    parser.add_argument("--internal-port", type=int, default=9000,
                        help="and its metrics at this one + N (9000)")
    parser.add_argument("--free", action="store_true",
                        help="any ports that are free instead, for NATS, too "
                             "(else 14222)")
    options = parser.parse_args()
    if not 1 <= options.nodes <= 16:
        parser.error("1 to 16 nodes")
    return options


def main():
    options = arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    children, code = [], 0
    with tempfile.TemporaryDirectory(prefix="rookery-cluster-") as folder:
        try:
            nats, pages = start(options, folder, children)
            print(f"NATS  {nats}  (logs and the store in {folder})")
            for number, page in enumerate(pages, 1):
                print(f"n{number}    {page}")
            hosts = ",".join(urlsplit(one).netloc for one in pages)
            print(f"A game that outlives its node, on any of the pages: "
                  f"/lobby.html?node={hosts}")
            print("Ctrl-C ends all.", flush=True)
            watch(children)
        except Interrupted:
            pass
        except RuntimeError as error:
            print(error, file=sys.stderr)
            code = 1
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)  # it ends already
            for one in stop(children):
                print(f"{one.name} ended with {one.ended()}:\n"
                      f"{one.printed()[-4000:]}", file=sys.stderr)
                code = 1
    return code


sys.exit(main())
