#!/bin/bash
# The OpenLineage project's Python client, a second judge of run events and a sender of real ones.   openlineage.sh install: prints its python
. "$(dirname "$0")/common.sh"
VERSION=1.54.0
VENV="$RAMPART_PEERS_HOME/openlineage-$VERSION"

case "${1:-}" in
install)
  if ! "$VENV/bin/python" -c 'import openlineage.client' 2>/dev/null; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "openlineage-python==$VERSION" >&2
  fi
  echo "$VENV/bin/python" ;;
*) die "usage: openlineage.sh install" ;;
esac
