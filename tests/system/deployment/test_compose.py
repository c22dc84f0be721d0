"""compose.yaml and what it mounts fit together, and are what each program takes."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from support.nats import nats_program
from support.node_test import NodeTest
from support.settings import settings

ROOT = Path(__file__).parents[3]
DOCKER = ROOT / "docker"
NODES, NATS = ("n1", "n2", "n3"), ("nats1", "nats2", "nats3")
SECRET = re.compile(r"(?i)(secret|password|token)")


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(s|m)", text).groups()
    return int(number) * {"s": 1, "m": 60}[unit]


def run(*command, **environment):
    done = subprocess.run(
        command, env={**os.environ, **environment}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


class Compose(unittest.TestCase):
    def setUp(self):
        self.compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
        self.services = self.compose["services"]

    def shortDescription(self):
        return None  # the name says it

    def text(self, name):
        return (DOCKER / name).read_text()

    def test_every_file_that_is_mounted_exists(self):
        volumes = set(self.compose["volumes"])
        for name, service in self.services.items():
            for mount in service["volumes"]:
                source = mount.split(":")[0]
                if source.startswith("."):
                    self.assertTrue((DOCKER / source).exists(), mount)
                    self.assertTrue(mount.endswith(":ro"), mount)
                else:
                    self.assertIn(source, volumes, name)

    def test_each_nats_server_keeps_its_store(self):
        stores = [self.services[name]["volumes"][1] for name in NATS]
        self.assertEqual(stores, [f"{name}:/data" for name in NATS])
        self.assertIn("store_dir: /data", self.text("nats/nats.conf"))

    def test_no_secret_is_in_it_and_none_has_a_default(self):
        for name, service in self.services.items():
            for key, value in service.get("environment", {}).items():
                if SECRET.search(key):
                    self.assertRegex(value, r"^\$\{\w+:\?.*\}$", (name, key))

    def test_all_have_a_look_at_their_health(self):
        for name, service in self.services.items():
            if name not in NODES:  # theirs is in the image
                self.assertIn("healthcheck", service, name)
        self.assertIn("HEALTHCHECK", self.text("Dockerfile"))

    def test_a_node_has_time_to_drain(self):
        reference = (ROOT / "configs/reference.conf").read_text()
        limit = re.search(r"(?s)\ndrain \{.*?\n  limit = (\w+)", reference)[1]
        for name in NODES:
            grace = self.services[name]["stop_grace_period"]
            self.assertGreater(seconds(grace), seconds(limit) + 15)

    def test_all_name_each_other_rightly(self):
        at = self.services["haproxy"]["networks"]["inside"]["ipv4_address"]
        self.assertIn(f'trusted-proxies = ["{at}"]', self.text("node.conf"))
        for name in NATS:
            self.assertIn(f"nats://{name}:4222", self.text("node.conf"))
            self.assertIn(f"nats://{name}:6222", self.text("nats/nats.conf"))
            self.assertEqual(self.services[name]["environment"]["NATS_NAME"],
                             name)
        for name in NODES:
            self.assertIn(f"{name}:8000", self.text("haproxy/haproxy.cfg"))
            self.assertIn(f"{name}:9000", self.text("prometheus/prometheus.yml"))
            self.assertEqual(self.services[name]["environment"]["NODE_NAME"],
                             name)

    def test_a_balancer_has_descriptors_for_its_connections(self):
        most = int(re.search(r"presetenv MAXCONN (\d+)",
                             self.text("haproxy/haproxy.cfg"))[1])
        self.assertGreater(self.services["haproxy"]["ulimits"]["nofile"],
                           2 * most + 42)

    def test_nats_takes_its_file(self):
        code, said = run(nats_program(), "-t", "-c", str(DOCKER / "nats/nats.conf"),
                         NATS_NAME="nats1")
        self.assertEqual(code, 0, said)

    def test_prometheus_takes_its_file(self):
        code, said = run("promtool", "check", "config",
                         str(DOCKER / "prometheus/prometheus.yml"))
        self.assertEqual(code, 0, said)

    def test_a_node_takes_its_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "node.conf")
            file.write_text(self.text("node.conf").replace(
                "/etc/rookery/", f"{ROOT}/configs/"))
            code, said = run(settings.node, "check-config", "-c", str(file))
        self.assertEqual(code, 0, said)

    def test_systemd_takes_the_unit(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "rookery.service")
            file.write_text(self.text("systemd/rookery.service").replace(
                "/usr/bin/rookery", settings.node))
            code, said = run("systemd-analyze", "verify", str(file))
            self.assertEqual((code, said), (0, ""))


class Health(NodeTest):
    def health(self, *arguments):
        code, _ = run(str(DOCKER / "health.sh"), *arguments,
                      INTERNAL_PORT=str(self.node.internal_port))
        return code

    def test_a_node_that_lives_is_healthy(self):
        self.assertEqual(self.health(), 0)
        self.assertEqual(self.health("/ready", str(self.node.port)), 0)

    def test_what_is_not_200_or_not_there_is_not(self):
        self.assertNotEqual(self.health("/nothing"), 0)
        self.assertNotEqual(self.health("/health", "1"), 0)
