#!/usr/bin/env bash
# Judges the sources; runs every judge even when one has failed.
# check.sh [JUDGE...]: only these, e.g. `./dev check format`.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

text() { scripts/check_text.py; }
format() { scripts/fmt.sh --check 2>&1 | sed -n '/error:/p'; }
includes() { scripts/check_includes.py; }
sizes() { scripts/check_sizes.py; }

scripts() {
  local shell
  mapfile -t shell < <(git grep -lE --untracked '^#!/usr/bin/env bash')
  shellcheck "${shell[@]}" || return
  PYTHONPYCACHEPREFIX=build/pycache /usr/bin/python3 -m compileall -q \
    scripts tests bench -x node_modules
}

headers() { scripts/check_headers.py; }
tidy() { scripts/check_tidy.py; }

configs() {
  local config failed=0
  for config in configs/*.conf; do
    build/release/rookery check-config -c "$config" || failed=1
  done
  return "$failed"
}

judges=("$@")
((${#judges[@]})) || judges=(text format includes sizes scripts headers tidy configs)
scripts/deps.sh build check || exit
mkdir -p build
cmake --preset check >build/check.log || { cat build/check.log; exit 1; }
[[ " ${judges[*]} " != *" configs "* ]] || scripts/build.sh release rookery || exit

failed=()
for judge in "${judges[@]}"; do
  SECONDS=0
  if said=$("$judge" 2>&1); then
    printf 'ok    %-9s %3d s  %s\n' "$judge" "$SECONDS" "${said##*$'\n'}"
  else
    printf '%s\nFAIL  %-9s %3d s\n' "$said" "$judge" "$SECONDS"
    failed+=("$judge")
  fi
done
((${#failed[@]} == 0)) || { echo "failed: ${failed[*]}"; exit 1; }
