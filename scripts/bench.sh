#!/usr/bin/env bash
# bench.sh [OPTION...]: builds the node and the load generator, then measures.
# `./dev bench --help` lists the options.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/deps.sh build bench
scripts/build.sh release rookery rookery-load
exec bench/run.py "$@"
