#!/bin/bash
# The CycloneDX project's Python library with its JSON Schemas, a second judge of bills of materials.   cyclonedx.sh install: prints its python
. "$(dirname "$0")/common.sh"
VERSION=11.12.0
VENV="$RAMPART_PEERS_HOME/cyclonedx-$VERSION"

case "${1:-}" in
install)
  if ! "$VENV/bin/python" -c 'import cyclonedx.validation.json, jsonschema' 2>/dev/null; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "cyclonedx-python-lib[json-validation]==$VERSION" >&2
  fi
  echo "$VENV/bin/python" ;;
*) die "usage: cyclonedx.sh install" ;;
esac
