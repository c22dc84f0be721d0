#!/usr/bin/env bash
# fuzz.sh [SECONDS]: gives each fuzz target that long, starting from the corpus
# in tests/fuzz/corpus and from what earlier runs here have found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
scripts/deps.sh build fuzz
mapfile -t names < <(basename -s .cpp tests/fuzz/*_fuzz.cpp)
scripts/build.sh fuzz "${names[@]}"

failed=()
for name in "${names[@]}"; do
  found=build/fuzz/found/$name
  crashes=build/fuzz/crashes/$name
  mkdir -p "$found" "$crashes"
  seeds=()
  [[ ! -d tests/fuzz/corpus/$name ]] || seeds=("tests/fuzz/corpus/$name")
  echo "== $name"
  "build/fuzz/tests/fuzz/$name" -max_total_time="$seconds" -timeout=10 \
    -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="$crashes/" "$found" "${seeds[@]}" \
    >"$crashes/log" 2>&1 || failed+=("$name")
  grep -E '^(SUMMARY|stat::(number_of_executed|peak_rss)|Test unit)|ERROR|runtime error' \
    "$crashes/log" || true
done
if ((${#failed[@]})); then
  echo "failed: ${failed[*]}; inputs and logs are in build/fuzz/crashes"
  exit 1
fi
