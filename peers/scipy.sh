#!/bin/bash
# SciPy, NumPy and river in a virtual environment, the references for packages/drift.   scipy.sh install: prints its python
. "$(dirname "$0")/common.sh"
NUMPY=2.4.6
SCIPY=1.17.1
RIVER=0.26.1
VENV="$RAMPART_PEERS_HOME/scipy-$SCIPY-numpy-$NUMPY-river-$RIVER"

case "${1:-}" in
install)
  if ! "$VENV/bin/python" -c 'import scipy, numpy, river' 2>/dev/null; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "numpy==$NUMPY" "scipy==$SCIPY" "river==$RIVER" >&2
  fi
  echo "$VENV/bin/python" ;;
*) die "usage: scipy.sh install" ;;
esac
