"""Processes of ours: start, read what they use, end."""

import os
import re
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.request import urlopen


def raise_descriptor_limit():
    """Takes all descriptors that this machine grants; children inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def parent_of(pid):
    """None if it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(text[text.rindex(")") + 2:].split()[1])


def family(pid):
    """The process and all that descend from it."""
    parents = {int(entry): parent_of(entry)
               for entry in os.listdir("/proc") if entry.isdigit()}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def cpu_seconds(pid):
    """All threads, also those that ended, to the nanosecond: the clock that
    clock_getcpuclockid(3) gives for a process."""
    return time.clock_gettime((~pid << 3) | 2)


def resident_kb(pid):
    """Exactly, where /proc/PID/stat may be off by some pages per thread."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Rss:\s+(\d+) kB", text, re.MULTILINE)[1])


def usage(pid):
    """Seconds of CPU that the process and its children have used so far, and
    their resident KB now; `broker_cpu` are those of a NATS server below it."""
    total = {"cpu": 0, "broker_cpu": 0, "rss_kb": 0}
    for member in family(pid):
        name = Path(f"/proc/{member}/comm").read_text().strip()
        is_broker = member != pid and name == "nats-server"
        total["broker_cpu" if is_broker else "cpu"] += cpu_seconds(member)
        total["rss_kb"] += resident_kb(member)
    return total


def busy_seconds():
    """CPU that all of the machine has used so far, stolen time included."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    user, nice, system, _idle, _iowait, *rest = map(int, fields)
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def says_ready(port):
    """Whether the internal API of a node of ours says so."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/ready", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


class Server:
    """A server process, of which `is_ready` says so when the block is
    entered."""

    START_SECONDS = 60  # Node takes seconds on a busy machine
    STOP_SECONDS = 5

    def __init__(self, command, is_ready, log):
        self.command, self.is_ready, self.log = command, is_ready, log

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log)
        end = time.monotonic() + self.START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                self.__exit__()
                raise RuntimeError(f"did not start: {self.last_words()}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(self.STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_words(self):
        words = Path(self.log).read_text(errors="replace").split("\n")
        return " | ".join(line for line in words if line)[-300:]

    def usage(self):
        if (code := self.process.poll()) is not None:
            raise RuntimeError(f"ended with {code}: {self.last_words()}")
        return usage(self.process.pid)
