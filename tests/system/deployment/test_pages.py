"""docs/operations.md leaves nothing out, and names only what exists."""

import re
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[3]
# Of the log, whose names look like keys.
EVENTS = {"node.ready", "node.descriptors", "node.fatal", "node.start_failed",
          "connection.closed", "cluster.fenced", "journal.failing"}


def page(name):
    return (ROOT / "docs" / name).read_text()


def anchors(text):
    """Of a page's headings, as GitHub makes them."""
    for heading in re.findall(r"(?m)^#+ (.*)$", text):
        yield re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


class Operations(unittest.TestCase):
    def setUp(self):
        self.text = page("operations.md")

    def shortDescription(self):
        return None  # the name says it

    def test_it_says_what_to_do_for_every_alert(self):
        rules = yaml.safe_load(
            (ROOT / "docker/prometheus/rules.yml").read_text())
        for group in rules["groups"]:
            for rule in group["rules"]:
                row = rf"(?m)^\|.*\b{rule['alert']}\b.*\|"
                self.assertTrue(re.search(row, self.text), rule["alert"])

    def test_it_explains_every_close_code(self):
        codes = page("protocol.md").split("## Close codes")[1].split("##")[0]
        codes = re.findall(r"\b([14]\d{3})\b(?! ?to)", codes)
        self.assertGreater(len(codes), 15)
        for code in set(codes):
            row = rf"(?m)^\|.*\b{code}\b.*\|.*\|.*\|$"
            self.assertTrue(re.search(row, self.text), code)

    def test_every_file_that_it_names_exists(self):
        for name in ("operations.md", "scaling.md"):
            text = page(name)
            for path in re.findall(r"`((?:docker|configs|bench)/[\w./-]+)`", text):
                self.assertTrue((ROOT / path).exists(), path)
            for link, anchor in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", text):
                self.assertTrue((ROOT / "docs" / link).exists(), link)
                if anchor:
                    self.assertIn(anchor, anchors(page(link or name)), link)

    def test_every_key_that_it_names_exists(self):
        reference = (ROOT / "configs/reference.conf").read_text()
        sections = re.findall(r"(?m)^(\w+) \{", reference)
        keys = set(re.findall(r"`((?:" + "|".join(sections) + r")\.[a-z.-]+)`",
                              self.text))
        self.assertGreater(len(keys), 10)
        for key in keys - EVENTS:
            last = key.rsplit(".", 1)[1]
            self.assertTrue(re.search(rf"(?m)^[ #]*{last}( = | \{{)", reference),
                            key)
