"""The dashboard and the rules ask only for what nodes tell."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from support.cluster import Cluster
from support.nats import Nats

DOCKER = Path(__file__).parents[3] / "docker"
DASHBOARD = DOCKER / "grafana/dashboards/rookery.json"
NAME = r"\brookery_\w+"
# A metric, the labels that it is asked for, and those that it is grouped by.
LABEL = r'(\w+)=~?"([^"]*)"'


def told(metrics):
    """Names of series, and the values of their labels: {name: {label: set}}."""
    found = {}
    for name, labels in re.findall(r"(?m)^(\w+)(?:\{(.*)\})? ", metrics):
        known = found.setdefault(name, {})
        for label, value in re.findall(r'(\w+)="([^"]*)"', labels):
            known.setdefault(label, set()).add(value)
    return found


class Dashboard(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Of a cluster of one node, which tells all that any node tells."""
        nats = Nats()
        cls.addClassCleanup(nats.end)
        cluster = Cluster([nats.url])
        cls.addClassCleanup(cluster.stop_all)
        node, = cluster.start_all()
        cls.told = told(node.get("/metrics", internal=True)[1])
        cls.board = json.loads(DASHBOARD.read_text())
        cls.panels = cls.board["panels"]
        cls.expressions = [target["expr"] for panel in cls.panels
                           for target in panel.get("targets", ())]
        rules = yaml.safe_load((DOCKER / "prometheus/rules.yml").read_text())
        cls.rules = [rule["expr"] for group in rules["groups"]
                     for rule in group["rules"]]

    def shortDescription(self):
        return None  # the name says it

    def test_every_metric_exists(self):
        self.assertGreater(len(self.expressions), 50)
        for expression in self.expressions + self.rules:
            for name in re.findall(NAME, expression):
                self.assertIn(name, self.told, expression)

    def test_every_label_exists(self):
        for expression in self.expressions + self.rules:
            for name, labels in re.findall(rf"({NAME})\{{([^}}]*)\}}", expression):
                for label, value in re.findall(LABEL, labels):
                    if label != "instance":  # which Prometheus adds
                        self.assertIn(value, self.told[name].get(label, ()),
                                      expression)
            grouped = re.findall(r"by \(([^)]*)\)", expression)
            names = re.findall(NAME, expression)
            for label in {one.strip() for each in grouped
                          for one in each.split(",")} - {"instance"}:
                self.assertTrue(any(label in self.told[name] for name in names),
                                expression)

    def test_what_has_to_be_seen_is_seen(self):
        asked = " ".join(self.expressions)
        for metric in ("connections", "connections_opened_total",
                       "messages_received_total", "deliveries_total",
                       "outbox_depth_bytes_bucket", "outbox_depth_messages_bucket",
                       "subscription_lag_seconds_bucket",
                       "publish_to_outbox_seconds_bucket",
                       "events_dropped_total", "bus_waiting_messages",
                       "journal_backlog_entries", "journal_commit_seconds_bucket"):
            self.assertRegex(asked, rf"rookery_{metric}\b")
        self.assertIn('reason="laggard"', asked)
        for share in ("0.5", "0.95", "0.99"):
            self.assertIn(f"histogram_quantile({share},", asked)

    def test_prometheus_understands_every_expression(self):
        rules = [{"record": f"dashboard:{number}",
                  "expr": expression.replace("$__rate_interval", "1m")
                                    .replace("$node", ".*")}
                 for number, expression in enumerate(self.expressions)]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}, file)
            file.flush()
            done = subprocess.run(["promtool", "check", "rules", file.name],
                                  text=True, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_it_is_as_grafana_wants_it(self):
        numbers = [panel["id"] for panel in self.panels]
        self.assertEqual(len(set(numbers)), len(numbers))
        cells = set()
        for panel in self.panels:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            for x in range(at["x"], at["x"] + at["w"]):
                for y in range(at["y"], at["y"] + at["h"]):
                    self.assertNotIn((x, y), cells, panel["title"])
                    cells.add((x, y))
            ids = [target["refId"] for target in panel.get("targets", ())]
            self.assertEqual(len(set(ids)), len(ids), panel["title"])
        source = yaml.safe_load((
            DOCKER / "grafana/provisioning/datasources/prometheus.yaml").read_text())
        uid = source["datasources"][0]["uid"]
        uids = set(re.findall(r'"uid": "(\w+)"', DASHBOARD.read_text()))
        self.assertEqual(uids, {uid, self.board["uid"]})
