"""Nodes of one cluster, for the tests of the API."""

import json
import urllib.error
import urllib.parse
import urllib.request

from support.node import Node
from support.waiting import DEADLINE_S

CLUSTER = """
node { name = "%(name)s" }
cluster {
  enabled = true, name = "api"
  heartbeat-interval = 200ms, failure-timeout = 3s
  nats { servers = ["nats://127.0.0.1:%(port)d"] }
}
"""


class ClusterNode(Node):
    """A node with a name, and what its internal listener answers."""

    def __init__(self, name, nats):
        self.name = name
        super().__init__(CLUSTER % {"name": name, "port": nats.port})

    @property
    def internal_url(self):
        return f"http://127.0.0.1:{self.internal_port}"

    def ask(self, path, body=None, **query):
        """Status and decoded body."""
        if query:
            path += "?" + urllib.parse.urlencode(query)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.internal_url + path, data=data)
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def told(self, path, body=None, **query):
        """The decoded body of an answer that must be a 200."""
        status, answer = self.ask(path, body, **query)
        assert status == 200, (path, status, answer)
        return answer

    def knows(self, *names):
        return sorted(one["node"] for one in self.told("/nodes")["nodes"]
                      ) == sorted(names)
