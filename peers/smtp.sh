#!/bin/bash
# aiosmtpd, an SMTP server of the Python world, as a second judge of what we send.   smtp.sh install: prints its python
. "$(dirname "$0")/common.sh"
VERSION=1.4.6
VENV="$RAMPART_PEERS_HOME/aiosmtpd-$VERSION"

case "${1:-}" in
install)
  if ! "$VENV/bin/python" -c 'import aiosmtpd' 2>/dev/null; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "aiosmtpd==$VERSION" >&2
  fi
  echo "$VENV/bin/python" ;;
*) die "usage: smtp.sh install" ;;
esac
