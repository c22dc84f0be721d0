#!/usr/bin/env bash
# fmt.sh [--check]: formats all C++ sources, or says which are not formatted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/deps.sh check
how=(-i)
[[ ${1:-} != --check ]] || how=(--dry-run -Werror)
git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp' \
  | while IFS= read -r -d '' file; do [[ ! -f $file ]] || printf '%s\0' "$file"; done \
  | xargs -0 -r -n 16 -P "$(nproc)" clang-format-14 "${how[@]}"
