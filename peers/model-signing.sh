#!/bin/bash
# The reference implementation of OpenSSF Model Signing, from PyPI.   model-signing.sh install: prints its command
. "$(dirname "$0")/common.sh"
VERSION=1.1.1
PYOPENSSL=26.4.0
VENV="$RAMPART_PEERS_HOME/model-signing-$VERSION"

case "${1:-}" in
install)
  if ! "$VENV/bin/model_signing" --help >/dev/null 2>&1; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    # It imports OpenSSL without naming it among its requirements.
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "model-signing==$VERSION" "pyOpenSSL==$PYOPENSSL" >&2
  fi
  echo "$VENV/bin/model_signing" ;;
*) die "usage: model-signing.sh install" ;;
esac
