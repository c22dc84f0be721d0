"""A server program under test: started, watched through /proc, stopped."""

import fcntl
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from support.client import Client, connect, trusting
from support.settings import settings
from support.waiting import DEADLINE_S, wait_until

PRINTED_MAX = 10_000  # of the output, when a test fails
WRAPPER = Path(__file__).with_name("forbidding.py")


class Server:
    """One process. `stop` fails the test when the exit code is not 0, which
    includes every finding of a sanitizer."""

    def __init__(self, command, ready, forbid=(), port=0):
        """`ready`: a pattern in what it prints; its first group is the port,
        if that is not known before. `forbid`: system calls that fail."""
        if settings.without_io_uring:
            forbid = ("io_uring_setup", *forbid)
        for call in forbid:
            command = [sys.executable, str(WRAPPER), call, *command]
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdout=self.output,
                                        stderr=subprocess.STDOUT)
        self.pid = self.process.pid
        try:
            self.ready = self.wait_for_output(ready)
        except BaseException:
            self.kill()
            raise
        self.port = port or int(self.ready[1])
        self.idle_descriptors = self.descriptors()

    def printed(self):
        size = os.fstat(self.output.fileno()).st_size
        return os.pread(self.output.fileno(), size, 0).decode(errors="replace")

    def wait_for_output(self, pattern):
        """Waits until a line of the output matches; returns the match."""
        def found():
            match = re.search(pattern, self.printed())
            assert match or self.process.poll() is None, self.printed()
            return match
        return wait_until(found, f"the server prints {pattern}")

    def _proc(self, name):
        return Path(f"/proc/{self.pid}/{name}")

    def descriptors(self):
        """How many sockets are open."""
        kinds = []
        for entry in self._proc("fd").iterdir():
            try:
                kinds.append(os.readlink(entry))
            except FileNotFoundError:
                pass  # closed just now
        return sum(kind.startswith("socket:") for kind in kinds)

    def uses_io_uring(self):
        return any("io_uring" in os.readlink(entry)
                   for entry in self._proc("fd").iterdir())

    def _status_kb(self, field):
        found = re.search(rf"{field}:\s+(\d+) kB",
                          self._proc("status").read_text())
        return int(found[1])

    def memory_kb(self):
        return self._status_kb("VmRSS")

    def memory_peak_kb(self):
        return self._status_kb("VmHWM")

    def sanitized(self):
        return "libasan" in self._proc("maps").read_text()

    def _threads_are(self, state):
        states = [(task / "stat").read_text().rsplit(")", 1)[1].split()[0]
                  for task in self._proc("task").iterdir()]
        return all(one == state for one in states)

    def sleeping(self):
        """Whether all threads wait."""
        return self._threads_are("S")

    def unread_bytes(self, client_port):
        """What the server has not read yet from the client at this port."""
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            local, remote = (int(one.split(":")[1], 16) for one in fields[1:3])
            if (local, remote) == (self.port, client_port):
                return int(fields[4].split(":")[1], 16)
        return 0

    def wait_until_read(self, client):
        """Waits until the server has read all that this client has sent."""
        def all_read():
            return (unsent_bytes(client.sock) == 0
                    and self.unread_bytes(client.local_port) == 0
                    and self.sleeping())
        wait_until(all_read, "the server reads what was sent")

    def wait_until_idle(self):
        """Waits until every connection's descriptor is closed."""
        wait_until(lambda: self.descriptors() == self.idle_descriptors,
                   "all sockets of clients are closed")

    def pause(self):
        """Returns when no thread takes a step any more."""
        os.kill(self.pid, signal.SIGSTOP)
        wait_until(lambda: self._threads_are("T"), "all threads are stopped")

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def stop(self):
        """Asks it to stop, and judges how it does."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = f"none, in {DEADLINE_S:g} s; {self.process.wait()}"
        printed = self.printed()[-PRINTED_MAX:]
        self.output.close()
        assert code == 0, f"exit code {code}\n{printed}"

    def kill(self):
        """Ends it without a chance to say anything."""
        self.process.kill()
        self.process.wait()
        self.output.close()


def unsent_bytes(sock):
    """What our kernel has not got acknowledged yet (SIOCOUTQ)."""
    return struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ,
                                          b"\0" * 4))[0]


def certificate(folder):
    """Makes a certificate for localhost and its key; returns their paths."""
    cert, key = str(Path(folder, "cert.pem")), str(Path(folder, "key.pem"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-keyout",
         key, "-out", cert, "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)
    return cert, key


class Echo(Server):
    """rookery-echo, with TLS and compression as run.py was asked."""

    def __init__(self, *options, tls=None, deflate=None, forbid=()):
        command = [settings.echo, "--port", "0", *options]
        if "--ping-interval-ms" not in options:  # a slow test gets no ping
            command += ["--ping-interval-ms", "3600000"]
        self.tls = None
        with tempfile.TemporaryDirectory() as folder:
            if settings.tls if tls is None else tls:
                cert, key = certificate(folder)
                command += ["--tls", cert, key]
                self.tls = trusting(cert)
            if settings.deflate if deflate is None else deflate:
                command.append("--deflate")
            super().__init__(command, r"listening on 127\.0\.0\.1:(\d+)",
                             forbid)

    def client(self, **options):
        return Client(self.port, tls=self.tls, **options)

    def connect(self, **options):
        """A connection without the upgrade."""
        return connect(self.port, tls=self.tls, **options)
