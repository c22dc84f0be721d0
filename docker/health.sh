#!/usr/bin/env bash
# Asks a node on this machine: health.sh [PATH [PORT]]. Exit code 0: it answers
# 200. Needs nothing but bash, so that images need no HTTP client.
set -euo pipefail
path=${1:-/health} port=${2:-${INTERNAL_PORT:-9000}}

exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$path" >&3
read -r -t 4 _ status _ <&3
[[ $status == 200 ]]
