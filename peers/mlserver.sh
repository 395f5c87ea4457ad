#!/bin/bash
# Seldon's MLServer, a V2 server that we did not write.   mlserver.sh install: prints its program
. "$(dirname "$0")/common.sh"
MLSERVER=1.7.1
VENV="$RAMPART_PEERS_HOME/mlserver-$MLSERVER"

case "${1:-}" in
install)
  if ! "$VENV/bin/python" -c 'import mlserver, onnxruntime' 2>/dev/null; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    # uvloop 0.22 removed what this MLServer starts its loop with.
    "$VENV/bin/pip" install --quiet --disable-pip-version-check \
      "mlserver==$MLSERVER" 'uvloop<0.22' onnxruntime==1.32.0 numpy==2.4.6 >&2
  fi
  echo "$VENV/bin/mlserver" ;;
*) die "usage: mlserver.sh install" ;;
esac
