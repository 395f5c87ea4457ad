#!/bin/bash
# NVIDIA's Python client of the Open Inference Protocol, the reference for /v2.   oip-client.sh install: prints its python
. "$(dirname "$0")/common.sh"
TRITONCLIENT=2.73.0
VENV="$RAMPART_PEERS_HOME/tritonclient-$TRITONCLIENT"

case "${1:-}" in
install)
  if ! "$VENV/bin/python" -c 'import tritonclient.http' 2>/dev/null; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "tritonclient[http]==$TRITONCLIENT" >&2
  fi
  echo "$VENV/bin/python" ;;
*) die "usage: oip-client.sh install" ;;
esac
