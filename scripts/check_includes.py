#!/usr/bin/python3
"""Who may include whom, and in which folder each library is at home."""

import re

from tree import CPP, FOLDERS, ROOT, included, report, sources

MAY = {
    "base": {"base"},
    "net": {"base", "net"},
    "cluster": {"base", "cluster"},
    "actors": {"base", "net", "cluster", "actors"},
    "tests": set(FOLDERS),
    "bench": set(FOLDERS),
}

HOME = {
    r"(spdlog|fmt)/": "base",
    r"(hocon|leatherman)/": "base",
    r"msgpack(\.hpp|/)": "base",
    r"rapidjson/": "base",
    r"prometheus/": "base",
    r"boost/(asio|beast)(\.hpp|/)": "net",
    r"openssl/": "net",
    r"zlib\.h": "net",
    r"liburing(\.h|/)": "net",
    r"(cjose/|jansson\.h)": "net",
    r"nats(\.h|/)": "cluster",
    r"sqlite3\.h": "cluster",
    r"xxhash\.h": "cluster",
    r"caf/": "actors",
    r"CLI/": "actors",
    r"n?curses(\.h|/)": "actors",
}

# CAF's test headers define `_`, `expect` and others for everybody.
CAF_TEST = re.compile(r"<caf/test/")


def reason(name, include):
    """Why this file may not have this include; None if it may."""
    folder, target = name.split("/")[0], include[1:-1]
    ours = target.split("/")[0] in FOLDERS and "/" in target
    if ours and include[0] == "<":
        return f'our own headers stand in quotes: "{target}"'
    if ours:
        if not (ROOT / target).is_file():
            return f"there is no {target}"
        seen = target.split("/")[0]
        return (None if seen in MAY[folder]
                else f"{folder}/ may not include {target}")
    if include[0] == '"':
        return f"{include} is not a path from the root"
    if CAF_TEST.match(include) and not name.startswith("tests/unit/actors/"):
        return f"only tests/unit/actors may include {include}"
    if folder in ("tests", "bench"):
        return None
    for library, home in HOME.items():
        if re.match(library, target) and folder != home:
            return f"{include} is at home in {home}/, not in {folder}/"
    return None


findings = []
names = sources(*CPP)
for name in names:
    text = (ROOT / name).read_text()
    if name.endswith(".hpp") and "#pragma once" not in text:
        findings.append(f"{name}:1: no #pragma once")
    for line, include in included(text):
        if why := reason(name, include):
            findings.append(f"{name}:{line}: {why}")
report(findings, f"{len(names)} files")
