#!/usr/bin/python3
"""Carries out docker/Dockerfile without an engine, as root: each stage in a chroot
of its own on debootstrap's smallest Debian, and then the image's program, as the
image's user. Takes as long as a build from nothing."""

import argparse
import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tree import ROOT, files

DOCKERFILE = ROOT / "docker/Dockerfile"
RELEASE = "bookworm"
AUTHORITIES = "NODE_EXTRA_CA_CERTS"
PARALLEL = "CMAKE_BUILD_PARALLEL_LEVEL"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def instructions():
    """Pairs (word, rest) of the Dockerfile; continued lines are joined."""
    text = re.sub(r"(?m)^#.*\n", "", DOCKERFILE.read_text())
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            word, rest = line.split(None, 1)
            yield word, rest


def context(folder):
    """What an engine is sent: the tree's files that .dockerignore lets pass."""
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines()
             if line and not line.startswith("#")]
    for name in files(""):
        sent = True
        for rule in rules:
            pattern = rule.lstrip("!").removeprefix("**/")
            inside = (name, *(str(one) for one in Path(name).parents))
            if any(fnmatch.fnmatch(one, pattern) for one in inside):
                sent = rule.startswith("!")
        if sent:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)


class Stage:
    jobs = 1  # of the build

    def __init__(self, base, folder):
        subprocess.run(["cp", "-a", "--reflink=auto", base, folder], check=True)
        shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
        self.folder, self.where, self.user = folder, "/", None
        self.more = [f"{PARALLEL}={self.jobs}"]
        if authorities := os.environ.get(AUTHORITIES):
            # A proxy that signs for all hosts: npm has to trust it here, too.
            shutil.copy(authorities, folder / "run/authorities.pem")
            self.more.append(f"{AUTHORITIES}=/run/authorities.pem")

    def run(self, *command, **options):
        """In the chroot, with a /proc and /dev of its own namespace."""
        script = ("mount -t proc proc proc && mount --rbind /dev dev && "
                  "exec chroot ${0:+--userspec=$0} . /usr/bin/env -i -C \"$1\" "
                  f"{PATH} HOME=/root \"${{@:2}}\"")
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "bash",
             "-euc", script, self.user or "", self.where, *self.more, *command],
            cwd=self.folder, check=True, **options)

    def copy(self, words, sources):
        """COPY: folders give their contents, as an engine does it."""
        target = self.folder / Path(self.where, words[-1]).relative_to("/")
        for word in words[:-1]:
            source = sources / word.lstrip("/")
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True,
                                symlinks=True)
            else:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)


def carry_out(base, work, sent):
    """All stages; returns the last, which is the image."""
    stages, names = [], {}
    for word, rest in instructions():
        print(f"+ {word} {rest}", flush=True)
        words = shlex.split(rest) if word in ("FROM", "COPY", "USER") else []
        if word == "FROM":
            stages.append(Stage(base, work / f"stage{len(stages)}"))
            if "AS" in words:
                names[words[-1]] = stages[-1]
        elif word == "WORKDIR":
            stages[-1].where = rest
            (stages[-1].folder / rest.lstrip("/")).mkdir(parents=True,
                                                         exist_ok=True)
        elif word == "COPY":
            source = sent
            if words[0].startswith("--from="):
                source = names[words.pop(0).removeprefix("--from=")].folder
            stages[-1].copy(words, source)
        elif word == "RUN":
            stages[-1].run("sh", "-c", rest)
        elif word == "USER":
            stages[-1].user = words[0]
        elif word not in ("EXPOSE", "HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT",
                          "CMD"):
            raise SystemExit(f"{DOCKERFILE}: nobody knows {word} here")
    return stages[-1]


PROOF = r"""
set -eu
id
ldd /usr/bin/rookery | grep 'not found' && exit 1
for file in /etc/rookery/*.conf; do
  echo "$file"
  ROOKERY_TOKEN_SECRET=0123456789abcdef0123456789abcdef \
    rookery check-config -c "$file"
done
rookery serve -c /etc/rookery/standalone.conf &
node=$!
end=$(($(date +%s) + 30))
until /usr/lib/rookery/health; do
  [ "$(date +%s)" -lt $end ]
  sleep 0.1
done 2>/dev/null
/usr/lib/rookery/health /ready
! /usr/lib/rookery/health /nothing
kill $node
wait $node
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, metavar="FOLDER",
                        help="a fresh debootstrap, instead of making one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(),
                        help="of the build (as many as there are cores)")
    given = parser.parse_args()
    Stage.jobs = given.jobs
    if os.geteuid():
        raise SystemExit("needs root")
    work = Path(tempfile.mkdtemp(prefix="rookery-image-"))
    try:
        base = given.base or work / "base"
        if not given.base:
            subprocess.run(["debootstrap", "--variant=minbase", RELEASE, base],
                           check=True)
        context(work / "context")
        image = carry_out(base, work, work / "context")
        image.run("sh", "-c", PROOF)
        size = subprocess.run(["du", "-shx", image.folder], check=True, text=True,
                              capture_output=True).stdout.split()[0]
        print(f"the image is good; {size} with its Debian")
    finally:  # mounts were of namespaces that are over
        subprocess.run(["rm", "-rf", "--one-file-system", work], check=True)


sys.exit(main())
