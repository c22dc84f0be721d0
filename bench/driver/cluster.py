#!/usr/bin/python3
"""Starts a NATS server and the nodes of a cluster, and ends them with itself.
For the driver, which counts what the whole family of this process uses."""

import signal
import socket
import subprocess
import sys
import time

STOP_SECONDS = 5


def wait_for(port, process):
    """Nodes would wait, too, and say so."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    sys.exit("nats-server ended")


def main(nats, nats_conf, nats_port, rookery, *node_confs):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    started = [subprocess.Popen([nats, "-c", nats_conf])]
    try:
        wait_for(int(nats_port), started[0])
        started += [subprocess.Popen([rookery, "serve", "-c", conf])
                    for conf in node_confs]
        for node in started[1:]:
            node.wait()
    finally:
        for one in reversed(started):  # nodes first
            one.terminate()
            try:
                one.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
