"""Clients of the SDK that follow a topic and publish to it, and judge what they
were told."""

import json

from chaos.clients import Clients
from support.waiting import DEADLINE_S


class Soak(Clients):
    """Runs until `verdict` is asked for."""

    def __init__(self, url, topic, **options):
        super().__init__("soak_clients.js", url, "--topic", topic,
                         seconds=3600, **options)

    def verdict(self):
        """Stops it; its report, as soon as all have seen the same end."""
        out, _ = self.process.communicate("stop\n", 4 * DEADLINE_S)
        assert out, self.printed()
        return json.loads(out)
