"""The servers that are compared: how each is started and what it speaks."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .process import accepts, free_port, says_ready

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench/peers"
BUILD = ROOT / "build/bench"

CENTRIFUGO = "github.com/centrifugal/centrifugo/v6@v6.9.1"


class Contestant:
    """`dialect` is what rookery-load calls the language of this server. `tls`
    is a pair of files (certificate, key), or None for plain."""

    name = dialect = ""
    # Counts what its NATS server uses, in place of what all else does.
    of_broker = False

    def ports(self, port):
        """Where clients of the last command go, in turn."""
        return [port]

    def missing(self):
        """Why this server cannot take part here; None if it can."""
        return None

    def version(self):
        raise NotImplementedError

    def is_ready(self, port):
        """Whether the server of the last command takes clients."""
        return accepts(port)

    def command(self, port, tls, folder):
        """The command that serves `port`; may write files into `folder`."""
        raise NotImplementedError


def output(*command):
    return subprocess.run(command, check=True, capture_output=True,
                          text=True).stdout.strip()


def written(path, text):
    path.write_text(text)
    return str(path)


# All that any work publishes is remembered. Joins and leaves are not told, as
# others do not tell them either: what clients miss is what was published.
ROOM = ("kind = room, presence-full-up-to = 0, history-messages = 10000000,"
        " history-bytes = 1 GiB")
# As much as a stream keeps of each room by default.
ROOM_OF_STREAM = "kind = room, presence-full-up-to = 0"
# In memory, too.
RING = "ring-messages = 10000000, ring-bytes = 1 GiB"
SMALL_RING = "ring-messages = 10"


class Rookery(Contestant):
    dialect = "rookery"

    def __init__(self, program, threads, rules="kind = topic", journal=False):
        """`threads` None leaves it to the server's own default. `rules` are
        those of all topics; their logs are in a file with `journal`."""
        self.program, self.threads = Path(program), threads
        self.rules, self.journal = rules, journal
        self.name = f"rookery-{threads}" if threads else "rookery"

    def missing(self):
        return None if self.program.exists() else f"no {self.program}"

    def version(self):
        return output(str(self.program), "version")

    # It listens before it has looked through its journal.
    def is_ready(self, port):
        return says_ready(self.internal_port)

    def command(self, port, tls, folder):
        self.internal_port = free_port()
        lines = [
            f'http {{ address = "127.0.0.1", port = {port},'
            f' internal-port = {self.internal_port} }}',
            "session.anonymous = allow",
            f'topics {{ bench {{ match = "bench.*", {self.rules} }} }}',
            "log.level = warn",
        ]
        if self.journal:
            lines.append(f'journal {{ store = file, sync = always,'
                         f' file = "{folder}/rookery.journal" }}')
        if self.threads:
            lines.append(f"node.threads = {self.threads}")
        if tls:
            lines.append(f'tls {{ enabled = true, certificate = "{tls[0]}",'
                         f' key = "{tls[1]}" }}')
        conf = written(folder / "rookery.conf", "\n".join(lines) + "\n")
        return [str(self.program), "serve", "-c", conf]


class Cluster(Rookery):
    """Three nodes of one thread each and a NATS server, whose streams are in
    files. What the server uses is counted apart."""

    NODES = 3

    def __init__(self, program, rules="kind = topic", of_broker=False):
        super().__init__(program, 1, rules)
        self.of_broker = of_broker

    def missing(self):
        return super().missing() or Nats().missing()

    def is_ready(self, port):
        return all(says_ready(one) for one in self.internal_ports)

    def ports(self, port):
        return [port, *self.other_ports]

    def command(self, port, tls, folder):
        nats_port = free_port()
        nats = written(folder / "nats.conf", f"""\
listen: "127.0.0.1:{nats_port}"
max_payload: 2097152
jetstream {{ store_dir: "{folder}/streams" }}
""")
        self.other_ports = [free_port() for _ in range(self.NODES - 1)]
        self.internal_ports, confs = [], []
        for number, one in enumerate(self.ports(port), 1):
            node = folder / f"node-{number}"
            node.mkdir()
            conf = super().command(one, tls, node)[-1]
            self.internal_ports.append(self.internal_port)
            confs.append(written(node / "cluster.conf", f"""\
include "{conf}"
node.name = "n{number}"
cluster {{ enabled = true, nats.servers = ["nats://127.0.0.1:{nats_port}"] }}
"""))
        return [sys.executable, str(ROOT / "bench/driver/cluster.py"),
                Nats.program, nats, str(nats_port), str(self.program), *confs]


class Npm(Contestant):
    """A server of ours in bench/peers on a package of npm's."""

    def __init__(self, name, dialect, package):
        self.name, self.dialect, self.package = name, dialect, package

    def runtime(self):
        return shutil.which("node")

    def missing(self):
        if not (PEERS / "node_modules").exists():
            return "npm ci did not run in bench/peers"
        return None if self.runtime() else "no node"

    def version(self):
        package = PEERS / "node_modules" / self.package / "package.json"
        return json.loads(package.read_text())["version"]

    def command(self, port, tls, folder):
        return [self.runtime(), str(PEERS / f"{self.name}.js"), str(port),
                *(tls or ())]


class Bun(Npm):
    def __init__(self):
        super().__init__("bun", "plain", "bun")

    # Where npm runs no install scripts, the program stays in its own package.
    def runtime(self):
        programs = [*PEERS.glob("node_modules/@oven/bun-linux-*/bin/bun"),
                    PEERS / "node_modules/bun/bin/bun.exe"]
        return next((str(one) for one in programs if one.exists()), None)


class Nats(Contestant):
    name = dialect = "nats"
    program = shutil.which("nats-server") or "/usr/sbin/nats-server"

    def missing(self):
        return None if os.path.exists(self.program) else "no nats-server"

    def version(self):
        return output(self.program, "--version").split()[-1].lstrip("v")

    # Its own clients' port is chosen by the system (-1).
    def command(self, port, tls, folder):
        secrecy = (f'tls {{ cert_file: "{tls[0]}", key_file: "{tls[1]}" }}'
                   if tls else "no_tls: true")
        conf = written(folder / "nats.conf", f"""\
listen: "127.0.0.1:-1"
websocket {{
  listen: "127.0.0.1:{port}"
  {secrecy}
}}
""")
        return [self.program, "-c", conf]


class Centrifugo(Contestant):
    name = dialect = "centrifugo"
    program = BUILD / "bin/centrifugo"

    def __init__(self, channels=None):
        """`channels` are more options of all channels."""
        self.channels = channels or {}

    def missing(self):
        return None if self.program.exists() else "no Go to build it with"

    def version(self):
        return CENTRIFUGO.rsplit("@v", 1)[1]

    def command(self, port, tls, folder):
        conf = {
            "http_server": {"address": "127.0.0.1", "port": port},
            "client": {"allow_anonymous_connect_without_token": True},
            "channel": {"without_namespace": {
                "allow_subscribe_for_client": True,
                "allow_subscribe_for_anonymous": True,
                "allow_publish_for_client": True,
                "allow_publish_for_anonymous": True, **self.channels}},
            "log": {"level": "warn"},
            "usage_stats": {"disabled": True}}
        if tls:
            conf["http_server"]["tls"] = {
                "enabled": True, "cert_pem": tls[0], "key_pem": tls[1]}
        file = written(folder / "centrifugo.json", json.dumps(conf, indent=1))
        return [str(self.program), "-c", file]


# With a log in memory from which clients may go on where they were.
CENTRIFUGO_RECOVERY = {
    "history_size": 10000, "history_ttl": "10m", "force_recovery": True}


def contestants(rookery):
    """All, in the order of the tables."""
    return [Rookery(rookery, None), Rookery(rookery, 1), Bun(),
            Npm("ws", "plain", "ws"),
            Npm("socketio", "socketio", "socket.io"), Nats(), Centrifugo()]


def build_centrifugo(say):
    """Builds it where Go is; the other peers come with scripts/deps.sh."""
    if not Centrifugo.program.exists() and shutil.which("go"):
        say("building Centrifugo, once: some minutes")
        built = subprocess.run(
            ["go", "install", CENTRIFUGO], check=False,
            env={**os.environ, "GOBIN": str(Centrifugo.program.parent)})
        if built.returncode != 0:
            say("Centrifugo does not build here and is left out")
