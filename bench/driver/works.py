"""What is measured, and one measurement of it."""

import json
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from .process import Server, busy_seconds, cpu_seconds, free_port


@dataclass
class Work:
    """`measured` is the figure that servers are compared by."""

    name: str
    text: str
    measured: str
    unit: str
    arguments: list
    quick: list = field(default_factory=list)  # override `arguments`
    target: list = field(default_factory=list)  # how to reach the server
    seconds_max: int = 120

    @property
    def tls(self):
        return "--tls" in self.target


PER_DELIVERY = ("cpu_us_per_delivery", "CPU us per delivery")
PER_CONNECT = ("cpu_ms_per_connect", "CPU ms per connect and close")
PER_RECEIPT = ("cpu_us_per_receipt", "CPU us per receipt")
PER_RETURN = ("cpu_ms_per_return", "CPU ms per reconnect")
PER_IDLE = ("rss_kb_per_connection", "RSS KB per idle connection")

# A rest between two looks at the sockets keeps the servers from paying for
# waking the load generator; where as many as go are wanted it never sleeps.
PACED = ["--rest-us", "500"]
QUICK_FAN_OUT = ["--warm-up", "1", "--seconds", "2"]
QUICK_HANDSHAKES = ["--warm-up", "0.5", "--seconds", "1"]
TLS, RESUMED = ["--tls"], ["--tls", "--resume"]


def idle(count):
    """`count` connections, ten of them to a topic."""
    return ["--connections", str(count), "--topics", str(max(1, count // 10)),
            "--before", str(min(1000, count // 4))]


def works(descriptors):
    """All works, for a machine with so many descriptors per process."""
    many = min(20_000, descriptors - 300)
    few = min(4_000, many)
    quick_idle = [*idle(few), "--settle", "1", "--seconds", "2"]
    return [
        Work("fan-out-1x1000", "1 topic x 1,000 subscribers, 20 publishes/s",
             *PER_DELIVERY, ["fan-out"], QUICK_FAN_OUT, PACED),
        Work("fan-out-100x10",
             "100 topics x 10 subscribers, 20 publishes/s each", *PER_DELIVERY,
             ["fan-out", "--topics", "100", "--subscribers", "10"],
             QUICK_FAN_OUT, PACED),
        Work("closed-1x1000",
             "1 topic x 1,000 subscribers, as fast as it goes", *PER_DELIVERY,
             ["fan-out", "--rate", "0"], QUICK_FAN_OUT),
        Work("idle", "idle subscribers", *PER_IDLE,
             ["idle", *idle(many)], quick_idle),
        Work("handshakes", "connect and close", *PER_CONNECT,
             ["handshakes"], QUICK_HANDSHAKES),
        Work("tls-handshakes", "connect and close, TLS 1.3", *PER_CONNECT,
             ["handshakes"], QUICK_HANDSHAKES, TLS),
        Work("tls-resumed", "connect and close, TLS 1.3 resumed",
             *PER_CONNECT, ["handshakes"], QUICK_HANDSHAKES, RESUMED),
        Work("tls-idle", "idle subscribers over TLS", *PER_IDLE,
             ["idle", *idle(many)], quick_idle, TLS, seconds_max=240),
    ]


def own_certificate(folder):
    """A certificate for a P-256 key, for one day."""
    files = str(folder / "certificate.pem"), str(folder / "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
         "/CN=localhost", "-out", files[0], "-keyout", files[1]],
        check=True, capture_output=True)
    return files


def load(command, server, seconds_max):
    """Runs the load generator. Returns what was used so far at each of its
    signals, and its report."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    guard = threading.Timer(seconds_max, process.kill)
    guard.start()
    readings, report = {}, None
    try:
        for line in process.stdout:
            if line.startswith("{"):
                report = json.loads(line)
            else:
                readings[line.strip()] = {
                    **server.usage(), "load_cpu": cpu_seconds(process.pid),
                    "busy": busy_seconds(), "at": time.monotonic()}
                process.stdin.write("\n")
                process.stdin.flush()
    finally:
        guard.cancel()
        process.kill()
        _, complaint = process.communicate()
    if report is None:
        raise RuntimeError(complaint.strip()
                           or f"the load ran out of {seconds_max} s")
    return readings, report


def waits(report):
    return {"p50_ms": report["latency_p50_us"] / 1e3,
            "p99_ms": report["latency_p99_us"] / 1e3}


def figures(work, readings, report, of_broker=False):
    """What one run says, by name."""
    begin, end = readings["begin"], readings["end"]
    used = {key: end[key] - begin[key] for key in end}
    cpu = used["broker_cpu" if of_broker else "cpu"]
    others = (used["busy"] - used["cpu"] - used["broker_cpu"]
              - used["load_cpu"])
    result = {"cpu_seconds": cpu, "rss_mb": end["rss_kb"] / 1024,
              "load_cpu_seconds": used["load_cpu"],
              "others_cores": max(0, others) / used["at"],
              "broken": report["broken"], "broken_why": report["broken_why"]}
    if work.measured == PER_IDLE[0]:
        few = readings["few"]
        grown = report["connections"] - report["few"]
        result |= {
            "connections": report["connections"],
            "rss_kb_per_connection": (begin["rss_kb"] - few["rss_kb"]) / grown,
            "idle_cpu_percent": 100 * cpu / report["seconds"]}
    elif work.measured == PER_CONNECT[0]:
        count = max(1, report["connections"])
        result |= {"connections": report["connections"],
                   "resumed": report["resumed"],
                   "per_second": count / report["seconds"],
                   "cpu_ms_per_connect": 1e3 * cpu / count}
    elif work.measured == PER_RECEIPT[0]:
        count = max(1, report["receipts"])
        result |= {"per_second": count / report["seconds"],
                   "cpu_us_per_receipt": 1e6 * cpu / count} | waits(report)
    elif work.measured == PER_RETURN[0]:
        count = report["connections"]
        dropped = readings["dropped"]["cpu"] - readings["dropping"]["cpu"]
        result |= {"per_second": count / report["seconds"],
                   "cpu_ms_per_return": 1e3 * cpu / count,
                   "cpu_ms_per_drop": 1e3 * dropped / count} | waits(report)
    else:
        count = max(1, report["deliveries"])
        result |= {"deliveries": report["deliveries"],
                   "per_second": count / report["seconds"],
                   "cpu_us_per_delivery": 1e6 * cpu / count,
                   "wrong": sum(report[key] for key in (
                       "lost", "duplicated", "reordered", "corrupt"))
                   } | waits(report)
    return result


def measure(work, contestant, program, quick):
    """One run against a fresh server."""
    with tempfile.TemporaryDirectory(prefix="rookery-bench-") as name:
        folder = Path(name)
        tls = own_certificate(folder) if work.tls else None
        port = free_port()
        kind, *options = work.arguments
        server_command = contestant.command(port, tls, folder)
        ports = ",".join(map(str, contestant.ports(port)))
        command = [str(program), "--in-step", "--dialect", contestant.dialect,
                   "--port", ports, *work.target, kind,
                   *merged(options, work.quick if quick else [])]
        with Server(server_command, lambda: contestant.is_ready(port),
                    folder / "server.log") as server:
            readings, report = load(command, server, work.seconds_max)
        return figures(work, readings, report, contestant.of_broker)


def merged(options, overrides):
    """Pairs of option and value; those of `overrides` win."""
    pairs = dict(zip(options[::2], options[1::2]))
    pairs |= dict(zip(overrides[::2], overrides[1::2]))
    return [word for pair in pairs.items() for word in pair]
