"""The model of docs/scaling.md: its costs are those that were measured, its tables
those of the page."""

import importlib.util
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[3]
MODEL = ROOT / "bench/scaling.py"


def model():
    spec = importlib.util.spec_from_file_location("scaling", MODEL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Scaling(unittest.TestCase):
    def setUp(self):
        self.model = model()
        self.costs = self.model.Costs()

    def shortDescription(self):
        return None  # the name says it

    def cluster(self, nodes, together=False, **load):
        return self.model.Cluster(self.costs, self.model.Load(**load), nodes,
                                  together)

    def test_all_costs_are_found_where_they_were_measured(self):
        for name in self.model.FIGURES:
            self.assertGreater(getattr(self.costs, name), 0, name)
        # Which number of a row it is shows by its size.
        self.assertLess(self.costs.busy_delivery_us, self.costs.delivery_us)
        self.assertLess(self.costs.resumed_us, self.costs.handshake_us)
        self.assertLess(self.costs.idle_kb, self.costs.idle_tls_kb)
        self.assertLess(self.costs.nats_receipt_us, self.costs.receipt_us)
        self.assertLess(self.costs.route_b, self.costs.subscription_b)
        self.assertGreater(self.costs.follow_us, 1)

    def test_the_page_has_the_tables_that_it_prints(self):
        page = (ROOT / "docs/scaling.md").read_text()
        done = subprocess.run([str(MODEL)], text=True, check=True,
                              capture_output=True)
        tables = [part.partition("\n")[2].strip()
                  for part in done.stdout.split("## ")[1:]]
        self.assertEqual(len(tables), 4)
        for table in tables:
            self.assertTrue(table in page, table)

    def test_the_formula_is_what_a_simulation_finds(self):
        for nodes, size in ((3, 2), (10, 10), (100, 10), (100, 300)):
            found, _ = self.model.simulate(nodes, [size] * 3_000, False)
            formula = self.model.nodes_of_room(nodes, size)
            self.assertAlmostEqual(found / formula, 1, delta=0.02)

    def test_a_room_of_one_member_or_one_node_is_on_one(self):
        self.assertAlmostEqual(self.model.nodes_of_room(100, 1), 1)
        self.assertAlmostEqual(self.model.nodes_of_room(1, 500), 1)
        self.assertLess(self.model.nodes_of_room(3, 500), 3.000001)

    def test_twice_as_much_said_is_twice_as_many_batches(self):
        one = self.cluster(10)
        two = self.cluster(10, messages=2 * one.load.messages)
        self.assertAlmostEqual(two.batches / one.batches, 2)
        self.assertEqual(two.subscriptions, one.subscriptions)

    def test_rooms_together_cost_less_and_never_more(self):
        for nodes in (1, 3, 10, 100):
            apart, together = self.cluster(nodes), self.cluster(nodes, True)
            self.assertLessEqual(together.node_cores, apart.node_cores)
            self.assertLessEqual(together.subscriptions, apart.subscriptions)

    def test_a_hundred_nodes_have_ten_million_clients(self):
        big = self.cluster(100)
        self.assertEqual(big.connections, 10_000_000)
        self.assertGreater(big.streams, 1)  # so it has to be cells
        self.assertEqual(self.cluster(10).streams, 1)

    def test_a_missing_figure_is_named(self):
        with self.assertRaisesRegex(SystemExit, "nothing like it"):
            self.model.figure("| a row | 1 |\n", "nothing like it", 1)
