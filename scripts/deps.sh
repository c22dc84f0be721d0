#!/usr/bin/env bash
# deps.sh GROUP...: installs what the groups need and this machine lacks, from
# Debian and npm. With nothing missing it is done at once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# libcpp-hocon-dev needs the headers of leatherman and the library
# boost_regex without declaring either.
declare -A packages=(
  [build]="g++ cmake ninja-build ccache pkg-config libcaf-dev libboost-dev
           libssl-dev libnats-dev libmsgpack-cxx-dev libspdlog-dev
           libcpp-hocon-dev libleatherman-dev libboost-regex-dev
           libexpected-dev libsqlite3-dev libxxhash-dev rapidjson-dev prometheus-cpp-dev
           libcjose-dev libjansson-dev libcli11-dev liburing-dev zlib1g-dev
           libncurses-dev"
  [cluster]="python3 nats-server"
  [check]="git python3 clang-format-14 clang-tidy-14 shellcheck libgtest-dev
           libgmock-dev"
  [test]="python3 libfaketime python3-msgpack python3-websockets python3-wsproto libgtest-dev
          libgmock-dev openssl nats-server iproute2 chromium prometheus
          haproxy nginx libnginx-mod-stream systemd sqlite3 python3-yaml"
  [fuzz]="clang-14 libclang-rt-14-dev"
  [bench]="python3 openssl nats-server"
)

# npm projects, each with a lockfile that names no host (.npmrc).
declare -A npm_folders=([build]="clients/js" [test]="tests" [bench]="bench/peers")

as_root() {
  if ((EUID)); then sudo "$@"; else "$@"; fi
}

# apt_install PACKAGE...: those that are not there yet.
apt_install() {
  local missing
  missing=$(comm -13 \
    <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null \
      | sed -n 's/^ii  //p' | sort) \
    <(printf '%s\n' "$@" | sort -u))
  [[ -n $missing ]] || return 0
  echo "installing: ${missing//$'\n'/ }"
  as_root apt-get update -qq
  # shellcheck disable=SC2086 # one word per package
  without_services as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing
}

# without_services COMMAND...: Debian starts servers that it installs; here tests
# and benches start their own.
without_services() (
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap 'as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin "$policy"
  fi
  "$@"
)

# npm_install FOLDER: as its lockfile says, if that changed since last time.
npm_install() {
  local lock=$1/package-lock.json installed=$1/node_modules/.installed.json
  [[ -f $lock ]] || return 0
  cmp -s "$lock" "$installed" && return 0
  command -v npm >/dev/null || apt_install nodejs npm
  npm ci --prefix "$1" --no-audit --no-fund --loglevel=error
  cp "$lock" "$installed"
}

wanted=()
for group in "$@"; do
  [[ -n ${packages[$group]:-} ]] || { echo "no group '$group'" >&2; exit 2; }
  read -r -d '' -a some <<<"${packages[$group]}" || true
  wanted+=("${some[@]}")
done
apt_install "${wanted[@]}"
for group in "$@"; do
  read -r -a folders <<<"${npm_folders[$group]:-}"
  for folder in "${folders[@]}"; do npm_install "$folder"; done
done
