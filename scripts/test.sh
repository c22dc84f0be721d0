#!/usr/bin/env bash
# test.sh [--all] [CTEST OPTION...]: builds and runs the tests: everything under
# ASan and UBSan, what needs no CAF also under TSan. --all adds the slow tier.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tier=(--label-exclude '^tier2$')
if [[ ${1:-} == --all ]]; then
  tier=()
  shift
fi

scripts/deps.sh build test
for preset in asan tsan; do
  scripts/build.sh "$preset"
done
# One ctest over both builds, so that its closing line counts them all. Servers,
# clients and sanitizers share the cores: what fails is run once more. Both runs
# are in the output, and a test that needs the second is one to look into.
printf 'subdirs("asan" "tsan")\n' >build/CTestTestfile.cmake
exec ctest --test-dir build --output-on-failure --no-tests=error \
  --repeat until-pass:2 \
  -j "$(nproc)" "${tier[@]}" "$@"
