"""Ports for servers that keep theirs over a restart."""

import itertools
import random
import socket

# Below what the system gives to those who connect: a server that comes back
# finds its port free.
PORTS = range(20_000, 32_000)
BLOCK = 200


def _claim():
    """The ports of a block that no other process of tests has, for as long as
    this one lives, again and again."""
    blocks = [PORTS[at:at + BLOCK] for at in range(0, len(PORTS), BLOCK)]
    for block in random.sample(blocks, len(blocks)):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0rookery-ports-{block.start}")
        except OSError:
            claim.close()
            continue
        return claim, itertools.cycle(block)
    raise AssertionError("all blocks of ports are taken")


_CLAIM, _OURS = _claim()


def free_port():
    """One that nobody has, and that is not given again soon."""
    for port in itertools.islice(_OURS, BLOCK):
        with socket.socket() as one:
            # Connections of before that have ended are no hindrance.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("all ports are taken")
