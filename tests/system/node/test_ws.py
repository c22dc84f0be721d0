"""The npm package `ws` as a client, with and without compression."""

import subprocess
from pathlib import Path

from support import tokens
from support.node_test import NodeTest
from support.waiting import DEADLINE_S

SCRIPT = Path(__file__).with_name("ws_client.js")


class Ws(NodeTest):
    more = "websocket { compression { enabled = true } }"

    def test_a_conversation_in_both_encodings(self):
        done = subprocess.run(
            ["node", str(SCRIPT), self.node.url(), tokens.token("ann"),
             tokens.token("bob")],
            capture_output=True, text=True, timeout=2 * DEADLINE_S)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
