"""What the checks share: the files of this checkout, a way to report, and a
memory of what passed before."""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CPP = (".cpp", ".hpp")
FOLDERS = ("base", "net", "cluster", "actors", "tests", "bench")
PASSED = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"),
              "rookery", "passed")


def files(*endings):
    """Paths from the root of all files that git tracks or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = {name for name in listed.split("\0") if name.endswith(endings)}
    return sorted(name for name in names if (ROOT / name).is_file())


def sources(*endings):
    """Those of our C++ files whose names end so."""
    return [name for name in files(*endings) if name.split("/")[0] in FOLDERS]


def version(program):
    return subprocess.run([program, "--version"], check=True, text=True,
                          capture_output=True).stdout


def report(findings, looked_at):
    """Prints findings, each once, and ends the process."""
    for finding in dict.fromkeys(findings):
        print(finding)
    if findings:
        sys.exit(1)
    print(looked_at)
    sys.exit(0)


def included(text):
    """Pairs (line, name as written with its quotes or brackets)."""
    pattern = re.compile(r'#include\s+([<"][^>"]+[>"])')
    for number, line in enumerate(text.splitlines(), 1):
        if found := pattern.match(line):
            yield number, found[1]


def _closure(name, read):
    """Hashes a source together with all headers of ours that it includes."""
    seen, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if one not in read:
            text = (ROOT / one).read_text(errors="replace")
            read[one] = text, [inc[1:-1] for _, inc in included(text)
                               if (ROOT / inc[1:-1]).is_file()]
        waiting += read[one][1]
    return "".join(one + read[one][0] for one in sorted(seen))


def compile_options():
    """A function from a file's name to the options that it is compiled with,
    as the preset `check` has them. A file that no target compiles has those of
    a source in its folder, or else in a folder near it."""
    database = json.loads(
        (ROOT / "build/check/compile_commands.json").read_text())
    by_folder = {}
    for entry in database:
        words = shlex.split(entry["command"])
        compiler = next(at for at, word in enumerate(words)
                        if word.endswith("++"))
        folder = str(Path(entry["file"]).relative_to(ROOT).parent)
        by_folder.setdefault(folder, words[compiler + 1:words.index("-o")])

    def options(name):
        for folder in map(str, Path(name).parents):
            for known in (folder, *sorted(by_folder)):
                if known == folder or known.startswith(folder + "/"):
                    if known in by_folder:
                        return by_folder[known]
        return by_folder[min(by_folder)]

    return options


def check_each(names, command, facts):
    """Runs command(name) on all cores for each name that has not passed before
    with the same command, facts and text, its headers included. Returns what
    those that failed have printed, and how many ran."""
    PASSED.mkdir(parents=True, exist_ok=True)
    read = {}

    def proof(name):
        words = [word.replace(str(ROOT), ".") for word in command(name)]
        known = "\0".join([*facts, *words, _closure(name, read)])
        return PASSED / hashlib.sha256(known.encode()).hexdigest()

    def run(name):
        done = subprocess.run(command(name), cwd=ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode == 0:
            proof(name).touch()
            return None
        return done.stdout or f"{name}: exit code {done.returncode}"

    anew = [name for name in names if not proof(name).exists()]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(filter(None, pool.map(run, anew))), len(anew)
