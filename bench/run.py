#!/usr/bin/python3
"""Measures this node and its peers under the same loads in one run, taking
turns, and prints medians. See bench/README.md."""

import argparse
import json
import os
import platform
import signal
import sys
from pathlib import Path

from driver import comparisons, process, servers, tables, works

ROOT = servers.ROOT
RESULTS = ROOT / "bench/results"


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--quick", action="store_true",
                        help="one short round: does it work, not how well")
    parser.add_argument("--only", metavar="WORKS",
                        help="works whose names begin so, by commas")
    parser.add_argument("--peers", metavar="NAMES",
                        help="servers, by commas; default is all")
    parser.add_argument("--rounds", type=int, help="default 3; quick: 1")
    parser.add_argument("--rookery", default=ROOT / "build/release/rookery",
                        metavar="PROGRAM")
    parser.add_argument("--load", default=ROOT / "build/release/rookery-load",
                        metavar="PROGRAM", help="the load generator")
    parser.add_argument("--out", type=Path, default=RESULTS / "latest.json",
                        metavar="FILE")
    return parser.parse_args()


def chosen_works(given, descriptors):
    everything = [*works.works(descriptors),
                  *comparisons.comparisons(given.rookery)]
    prefixes = tuple(given.only.split(",")) if given.only else ("",)
    chosen = [work for work in everything if work.name.startswith(prefixes)]
    if not chosen:
        sys.exit("no such work; there are "
                 + ", ".join(work.name for work in everything))
    return chosen


def chosen_servers(given):
    everything = servers.contestants(given.rookery)
    names = [one.name for one in everything]
    wanted = given.peers.split(",") if given.peers else names
    if unknown := set(wanted) - set(names):
        sys.exit(f"no server {', '.join(sorted(unknown))}; there are "
                 + ", ".join(names))
    if "centrifugo" in wanted:
        servers.build_centrifugo(say)
    chosen = []
    for one in everything:
        if one.name not in wanted:
            continue
        if why := one.missing():
            say(f"without {one.name}: {why}")
        else:
            chosen.append(one)
    return chosen


def sides_of(work, chosen):
    """Who takes part: the chosen servers, or, of a comparison, its own sides
    but those of a peer that was not chosen."""
    if isinstance(work, works.Work):
        return [comparisons.Side(one.name, work, one) for one in chosen]
    names = {one.name for one in chosen}
    return [side for side in work.sides
            if side.contestant.name in names
            or isinstance(side.contestant, servers.Rookery)]


def one_run(side, given):
    try:
        return works.measure(side.work, side.contestant, given.load,
                             given.quick)
    except (RuntimeError, OSError) as error:
        say(f"  {side.name}: {error}")
        return {"error": str(error)}


def runs_of(sides, rounds, given):
    """All runs of one work, by side. They take turns, so that a busy minute of
    the machine does not hit one of them alone."""
    runs = {side.name: [] for side in sides}
    for turn in range(rounds):
        for at in range(len(sides)):
            side = sides[(at + turn) % len(sides)]
            run = one_run(side, given)
            runs[side.name].append(run)
            if side.work.measured in run:
                say(f"  {side.work.name} {turn + 1}/{rounds} {side.name}: "
                    f"{run[side.work.measured]:.2f} {side.work.unit}")
    return runs


def written_down(work, sides, runs):
    return {"text": work.text,
            "arguments": {side.name: [*side.work.target, *side.work.arguments]
                          for side in sides},
            "runs": runs,
            "medians": {name: tables.summary(some)[0]
                        for name, some in runs.items()}}


def machine(descriptors):
    models = [line.split(":")[1].strip()
              for line in Path("/proc/cpuinfo").read_text().splitlines()
              if line.startswith("model name")]
    return {"cores": os.cpu_count(), "cpu": models[0] if models else "",
            "kernel": platform.release(), "descriptors": descriptors}


def main():
    given = arguments()
    # So that servers and load end with this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    if not Path(given.load).exists():
        sys.exit(f"{given.load} is not built: ./dev build")
    descriptors = process.raise_descriptor_limit()
    if descriptors < 20_300:
        say(f"only {descriptors:,} descriptors (ulimit -n): idle works hold "
            "fewer than 20,000 connections")
    chosen = chosen_servers(given)
    rounds = given.rounds or (1 if given.quick else 3)
    result = {"machine": machine(descriptors), "rounds": rounds,
              "quick": given.quick, "works": {},
              "servers": {one.name: one.version() for one in chosen}}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    for work in chosen_works(given, descriptors):
        sides = sides_of(work, chosen)
        runs = runs_of(sides, rounds, given)
        is_plain = isinstance(work, works.Work)
        print((tables.table if is_plain else tables.comparison)(work, runs),
              flush=True)
        result["works"][work.name] = written_down(work, sides, runs)
        given.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
