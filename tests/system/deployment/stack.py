"""What compose.yaml describes, without an engine: each service on its address in a
network namespace of its own, with its own file and environment. Needs root."""

import ctypes
import os
import re
import subprocess
import tempfile
import urllib.request
from pathlib import Path

import yaml

from balancers.balancer import program
from support.nats import nats_program
from support.netem import CLONE_NEWNET, run
from support.settings import settings
from support.waiting import DEADLINE_S, wait_until

ROOT = Path(__file__).parents[3]
DOCKER = ROOT / "docker"
OURS = "10.83.0.254"
# The image's user, with no more rights than compose.yaml leaves.
AS_USER = ("setpriv", "--reuid=10001", "--regid=10001", "--clear-groups",
           "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs")


class Stack:
    """`secrets`: the variables that compose.yaml demands."""

    def __init__(self, **secrets):
        compose = (DOCKER / "compose.yaml").read_text()
        compose = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda it: secrets[it[1]], compose)
        compose = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", compose)
        self.services = yaml.safe_load(compose)["services"]
        del self.services["grafana"]  # not in Debian
        # Its `ulimits` may be more than a test can have.
        self.services["haproxy"]["environment"]["MAXCONN"] = "500"
        self.place = tempfile.TemporaryDirectory(prefix="rookery-stack-")
        self.folder = Path(self.place.name)
        self.folder.chmod(0o755)
        self.processes, self.logs = {}, {}
        self.hub = f"rookery{os.getpid()}"
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.addresses = {}
        self.networks = []

    def begin(self):
        self._network(self.hub)
        run("ip", "-n", self.hub, "link", "add", "br0", "type", "bridge")
        self._up(self.hub, "br0", OURS)
        for number, name in enumerate(self.services, 10):
            fixed = self.services[name]["networks"]
            self.addresses[name] = (fixed["inside"]["ipv4_address"] if "inside"
                                    in fixed and isinstance(fixed, dict)
                                    else f"10.83.0.{number}")
            self._connect(name)
        (self.folder / "hosts").write_text("127.0.0.1 localhost\n" + "".join(
            f"{address} {name}\n" for name, address in self.addresses.items()))
        # The names do not change here, so nobody has to ask for them again.
        (self.folder / "resolv.conf").write_text("")
        self._enter(f"/run/netns/{self.hub}")

    # -- the network ----------------------------------------------------------

    def _network(self, name):
        run("ip", "netns", "add", name)
        self.networks.append(name)
        run("ip", "-n", name, "link", "set", "lo", "up")

    def _up(self, namespace, device, address):
        run("ip", "-n", namespace, "address", "add", f"{address}/24", "dev", device)
        run("ip", "-n", namespace, "link", "set", device, "up")

    def _connect(self, name):
        own = f"{self.hub}-{name}"
        self._network(own)
        run("ip", "-n", self.hub, "link", "add", name, "type", "veth", "peer",
            "name", "eth0", "netns", own)
        run("ip", "-n", self.hub, "link", "set", name, "master", "br0", "up")
        self._up(own, "eth0", self.addresses[name])

    def _enter(self, namespace):
        """This thread and those that it starts: the clients."""
        with open(namespace, "rb") as entered:
            if ctypes.CDLL(None, use_errno=True).setns(entered.fileno(),
                                                       CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")

    # -- the services ---------------------------------------------------------

    def _written(self, name, source, *changes):
        text = (DOCKER / source).read_text()
        for old, new in changes:
            assert old in text, f"{source}: no {old}"
            text = text.replace(old, str(new))
        file = self.folder / f"{name}-{Path(source).name}"
        file.write_text(text)
        return str(file)

    def _command(self, name):
        """What the image's entry point and compose.yaml's command come to."""
        data = self.folder / name
        data.mkdir(exist_ok=True)
        if name.startswith("nats"):
            file = self._written(name, "nats/nats.conf", ("/data", data))
            return [nats_program(), "-c", file]
        if name == "haproxy":
            return [program("haproxy"), "-db", "-f",
                    str(DOCKER / "haproxy/haproxy.cfg")]
        if name == "prometheus":
            return ["prometheus", f"--storage.tsdb.path={data}",
                    f"--config.file={DOCKER}/prometheus/prometheus.yml"]
        assert self.services[name]["command"] == [
            "serve", "-c", "/etc/rookery/node.conf"]
        file = self._written(name, "node.conf",
                             ("/etc/rookery/", f"{self.folder}/"))
        base = self.folder / "cluster.conf"
        base.write_bytes((ROOT / "configs/cluster.conf").read_bytes())
        return [*AS_USER, settings.node, "serve", "-c", file]

    def start(self, name):
        """With a log of its own and the names of the others."""
        own = ("mount --bind $0/hosts /etc/hosts && "
               "mount --bind $0/resolv.conf /etc/resolv.conf && exec \"$@\"")
        self.logs[name] = self.folder / f"{name}.log"
        with self.logs[name].open("ab") as log:
            self.processes[name] = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{self.hub}-{name}", "unshare",
                 "--mount", "sh", "-c", own, str(self.folder), "setpriv",
                 "--pdeathsig", "KILL", *self._command(name)],
                stdout=log, stderr=log, cwd=self.folder,
                env={**os.environ, **self.services[name].get("environment", {})})

    def get(self, name, port, path):
        """The body of an answer 200; None: another one, or none."""
        assert self.processes[name].poll() is None, self.printed(name)
        try:
            with urllib.request.urlopen(
                    f"http://{self.addresses[name]}:{port}{path}",
                    timeout=DEADLINE_S) as answer:
                return answer.read().decode() or "nothing"
        except OSError:
            return None

    def wait_for(self, name, port, path):
        wait_until(lambda: self.get(name, port, path), f"{name} answers {path}")

    def printed(self, name):
        return f"{name}: " + self.logs[name].read_text(errors="replace")[-4000:]

    def stop(self, name):
        """In order; its exit code."""
        self.processes[name].terminate()
        return self.processes[name].wait(2 * DEADLINE_S)

    def kill(self, name):
        self.processes[name].kill()
        self.processes[name].wait()

    def end(self):
        for name, one in self.processes.items():
            if one.poll() is None:
                self.kill(name)
        self._enter(f"/proc/self/fd/{self.home}")
        os.close(self.home)
        for name in self.networks:
            run("ip", "netns", "delete", name)
        self.place.cleanup()
