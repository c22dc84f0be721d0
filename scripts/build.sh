#!/usr/bin/env bash
# build.sh PRESET [TARGET...]: configures build/PRESET where needed and builds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=$1
targets=("${@:2}")
[[ build/$preset/build.ninja -nt CMakePresets.json ]] || cmake --preset "$preset"
cmake --build --preset "$preset" ${targets[0]+--target "${targets[@]}"}
