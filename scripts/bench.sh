#!/usr/bin/env bash
# bench.sh [OPTION...]: measures this node and its peers; --help lists options.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/deps.sh build bench
scripts/build.sh release
exec bench/run.py "$@"
