#!/bin/bash
# Evidently and SciPy in a virtual environment, for `npm run bench -- drift`.   evidently.sh install: prints its python
. "$(dirname "$0")/common.sh"
EVIDENTLY=0.7.23
PACKAGES="evidently==$EVIDENTLY pandas==2.3.3 numpy==2.4.6 scipy==1.17.1"
VENV="$RAMPART_PEERS_HOME/evidently-$EVIDENTLY"

case "${1:-}" in
install)
  if ! "$VENV/bin/python" -c 'import evidently, scipy' 2>/dev/null; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    # shellcheck disable=SC2086
    "$VENV/bin/pip" install --quiet --disable-pip-version-check $PACKAGES >&2
  fi
  echo "$VENV/bin/python" ;;
*) die "usage: evidently.sh install" ;;
esac
