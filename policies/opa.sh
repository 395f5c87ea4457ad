#!/bin/sh
# Checks every pack with the real OPA (1.22 or later): strict check, format, tests. OPA names the binary.
set -eu
cd "$(dirname "$0")"
opa=${OPA:-opa}
"$opa" version | head -1
for pack in */; do
  pack=${pack%/}
  "$opa" check --strict "$pack"
  unformatted=$("$opa" fmt --list "$pack")
  [ -z "$unformatted" ] || { echo "not formatted: $unformatted" >&2; exit 1; }
  printf '%s: ' "$pack"
  "$opa" test "$pack" | tail -1
done
