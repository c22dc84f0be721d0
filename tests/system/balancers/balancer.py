"""HAProxy and nginx as docker/ configures them, on free ports of the loopback."""

import csv
import io
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from support.client import connect
from support.ports import free_port
from support.waiting import DEADLINE_S, wait_until

DOCKER = Path(__file__).parents[3] / "docker"
KINDS = ("none", "address", "cookie", "id")
# What /etc/nginx has around the file.
NGINX = """
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log stderr info;
worker_processes 2;
{load}
events {{ worker_connections 1024; }}
{context} {{
{paths}
include {file};
}}
"""
STREAM = "load_module /usr/lib/nginx/modules/ngx_stream_module.so;"
BODIES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def program(name):
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    assert found, f"{name} is not installed: ./dev deps"
    return found


class Balancer:
    """One process. `nodes`: their ports; `pair`: certificate and key, for one
    that ends TLS; `ca`: who signed the nodes' own certificates, for one that
    passes TLS on. It listens at `port`."""

    def __init__(self, nodes, kind="none", *, pair=None, ca=None):
        self.nodes, self.kind, self.pair, self.ca = nodes, kind, pair, ca
        self.folder = tempfile.TemporaryDirectory(prefix="rookery-balancer-")
        self.port = free_port()
        self.log = Path(self.folder.name, "log")
        self.environment = {**os.environ}
        command = self.command()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command], stdout=log,
                stderr=log, env=self.environment)
        wait_until(self._listens, "the balancer listens")

    @property
    def tls(self):
        return bool(self.pair or self.ca)

    def printed(self):
        return self.log.read_text(errors="replace")

    def _listens(self):
        assert self.process.poll() is None, self.printed()
        try:
            connect(self.port).close()
        except OSError:
            return False
        return True

    def check(self, *command):
        """The balancer's own judgement of its configuration."""
        done = subprocess.run(command, env=self.environment, text=True,
                              capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


class HAProxy(Balancer):
    def command(self):
        file = DOCKER / "haproxy" / ("passthrough.cfg" if self.ca
                                     else "haproxy.cfg")
        self.environment |= {
            f"NODE{at}": f"127.0.0.1:{port}"
            for at, port in enumerate(self.nodes, 1)}
        at = f"127.0.0.1:{self.port}"
        self.statistics = f"127.0.0.1:{free_port()}"
        self.environment |= {
            "STICKY": self.kind, "MAXCONN": "500", "LISTEN": at,
            "STATISTICS": self.statistics}
        if self.ca:
            self.environment |= {"TLS_CA": self.ca, "TLS_NAME": "localhost"}
        if self.pair:
            both = Path(self.folder.name, "both.pem")
            both.write_text("".join(Path(one).read_text() for one in self.pair))
            self.environment |= {
                "TLS_CERTIFICATE": str(both), "LISTEN_TLS": at,
                "LISTEN": f"127.0.0.1:{free_port()}"}
        said = self.check(program("haproxy"), "-c", "-f", str(file))
        assert "WARNING" not in said, said
        return program("haproxy"), "-db", "-f", str(file)


    def is_down(self, number):
        """Whether it sends nobody to this node, of 0, 1, 2."""
        with urllib.request.urlopen(f"http://{self.statistics}/;csv",
                                    timeout=DEADLINE_S) as answer:
            lines = csv.DictReader(io.TextIOWrapper(answer))
            return any(line["# pxname"] == "least" and line["status"] == "DOWN"
                       and line["svname"] == f"n{number + 1}" for line in lines)


class Nginx(Balancer):
    def command(self):
        source = "passthrough.conf" if self.ca else "rookery.conf"
        text = (DOCKER / "nginx" / source).read_text()
        for at, port in enumerate(self.nodes, 1):
            text = re.sub(rf"\bn{at}:\d+", f"127.0.0.1:{port}", text)
        text = text.replace("listen 8000;" if not self.ca else "listen 8443;",
                            f"listen 127.0.0.1:{self.port};")
        if self.pair:
            text = self.with_tls(text)
        text = self.sticky(text)
        conf, file = (Path(self.folder.name, name)
                      for name in ("nginx.conf", source))
        file.write_text(text)
        paths = "" if self.ca else "access_log off;\n" + "\n".join(
            f"{one}_temp_path {self.folder.name}/{one};" for one in BODIES)
        conf.write_text(NGINX.format(
            user="nobody" if os.geteuid() else "root", folder=self.folder.name,
            load=STREAM if self.ca else "", paths=paths, file=file,
            context="stream" if self.ca else "http"))
        self.check(program("nginx"), "-t", "-c", str(conf))
        return program("nginx"), "-c", str(conf)

    def with_tls(self, text):
        text = text.replace(f"listen 127.0.0.1:{self.port};",
                            f"listen 127.0.0.1:{free_port()};")
        text = re.sub(r"(?m)^    # (listen 8443|ssl_)", r"    \1", text)
        text = text.replace("listen 8443 ", f"listen 127.0.0.1:{self.port} ")
        for name, path in zip(("rookery.pem", "rookery.key"), self.pair):
            text = text.replace(f"/etc/nginx/{name}", path)
        return text

    def sticky(self, text):
        if self.kind == "none":
            return text
        if self.ca:
            return text.replace("least_conn; # or: hash", "hash")
        line = f"set $pool rookery_{self.kind};"
        assert text.count("set $pool rookery_least;") == 1
        return text.replace("set $pool rookery_least;", line)
