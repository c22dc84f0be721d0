"""Delay and loss of packets between this machine and a network namespace, for
kernels without tc's netem: two TUN devices, and this process between them.
Needs root and /dev/net/tun; `why_not` says what lacks."""

import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time

HERE, THERE = "10.178.77.1", "10.178.77.2"
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
PACKET_MAX = 65_535


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


def why_not():
    """What keeps this from working here; empty: nothing."""
    if os.geteuid() != 0:
        return "not root"
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "no /dev/net/tun"
    name = f"probe{os.getpid()}"
    try:
        run("ip", "netns", "add", name)
        run("ip", "netns", "delete", name)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no network namespaces: {error}"
    return ""


class SlowNet:
    """A namespace at the address THERE; `enter` is what to put before a
    command that runs in it."""

    def __init__(self, *, delay_s, loss):
        self.delay_s, self.loss = delay_s, loss
        self.carried = self.dropped = 0
        self.name = f"rookery{os.getpid()}"
        self.enter = ["ip", "netns", "exec", self.name]
        run("ip", "netns", "add", self.name)
        self.tuns, self.over = [], threading.Event()
        try:
            self._add_tun(f"{HERE}/30", namespace=None)
            self._add_tun(f"{THERE}/30", namespace=self.name)
            run("ip", "-n", self.name, "link", "set", "lo", "up")
            self.thread = threading.Thread(target=self._carry)
            self.thread.start()
        except BaseException:
            self._close()
            raise

    def _add_tun(self, address, namespace):
        device = f"rk{os.getpid() % 10_000_000}"
        made = []

        def make():  # a thread, since a namespace is of one
            if namespace:
                libc = ctypes.CDLL(None, use_errno=True)
                with open(f"/var/run/netns/{namespace}", "rb") as entered:
                    if libc.setns(entered.fileno(), CLONE_NEWNET):
                        return
            tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(tun, TUNSETIFF, struct.pack(
                "16sH14x", device.encode(), IFF_TUN | IFF_NO_PI))
            made.append(tun)

        maker = threading.Thread(target=make)
        maker.start()
        maker.join()
        assert made, f"no TUN device in {namespace}"
        self.tuns += made
        ip = ["ip", *(["-n", namespace] if namespace else [])]
        run(*ip, "addr", "add", address, "dev", device)
        run(*ip, "link", "set", device, "up", "mtu", "1500")

    def _carry(self):
        """In order within a direction, as on one line."""
        other = dict(zip(self.tuns, reversed(self.tuns)))
        waiting, number = [], 0
        while not self.over.is_set():
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                _, _, to, packet = heapq.heappop(waiting)
                try:
                    os.write(to, packet)
                except OSError:
                    self.dropped += 1
            patience = min(0.1, waiting[0][0] - now) if waiting else 0.1
            for tun in select.select(self.tuns, [], [], max(0, patience))[0]:
                packet = os.read(tun, PACKET_MAX)
                self.carried += 1
                if random.random() < self.loss:
                    self.dropped += 1
                    continue
                number += 1
                heapq.heappush(waiting, (time.monotonic() + self.delay_s,
                                         number, other[tun], packet))

    def _close(self):
        for one in self.tuns:
            os.close(one)
        run("ip", "netns", "delete", self.name)

    def end(self):
        self.over.set()
        self.thread.join()
        self._close()
