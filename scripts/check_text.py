#!/usr/bin/python3
"""Words and marks that do not belong into a file of this project."""

import re

from tree import ROOT, files, report

# Written so that this file does not break its own rules.
RULES = [
    (r"\b(TO[D]O|FIXM[E])\b", "unfinished: finish it or open an issue"),
    (r"(?i)\bissues? #?\d+\b|\(#\d+\)", "numbers of issues mean nothing here"),
    (r"(^|[^\w.])/(work|farm)/", "a path of one machine"),
    (r"registry[.]npmjs[.]org|registry[.]yarnpkg[.]com|deb[.]debian[.]org"
     r"|(files[.]pythonhosted|pypi)[.]org|crates[.]io|proxy[.]golang[.]org"
     r"|repo1?[.]maven", "a host of a package registry"),
    (r"^(<{7}|>{7}) ", "left by a merge"),
]
SPACE = (r"[ \t]+$", "space at the end of the line")
MARKDOWN = (".md",)  # two spaces there are a line break
NOT_TEXT = ("/corpus/", ".png", ".ico", ".svg", ".woff2", ".pem")


def is_text(name):
    return not any(part in name for part in NOT_TEXT)


findings = []
texts = [name for name in files("") if is_text(name)]
for name in texts:
    try:
        text = (ROOT / name).read_text()
    except UnicodeDecodeError:
        findings.append(f"{name}:1: neither UTF-8 nor known to be binary")
        continue
    if text and not text.endswith("\n"):
        findings.append(f"{name}:{text.count(chr(10)) + 1}: no end of line")
    rules = RULES + ([] if name.endswith(MARKDOWN) else [SPACE])
    for number, line in enumerate(text.split("\n"), 1):
        findings += [f"{name}:{number}: {why}: {line.strip()[:60]}"
                     for rule, why in rules if re.search(rule, line)]
report(findings, f"{len(texts)} files")
