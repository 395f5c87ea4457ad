#!/bin/bash
# Jupyter Server with a Python kernel, and JupyterHub with its proxy.   jupyter.sh install: prints the folder of programs
. "$(dirname "$0")/common.sh"
SERVER=2.21.1 KERNEL=7.4.0 HUB=6.1.1 PROXY=5.3.0
VENV="$RAMPART_PEERS_HOME/jupyter-$SERVER-hub-$HUB"

case "${1:-}" in
install)
  if ! { "$VENV/bin/python" -c 'import jupyter_server, ipykernel, jupyterhub' 2>/dev/null &&
    [ -x "$VENV/proxy/node_modules/.bin/configurable-http-proxy" ]; }; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check \
      "jupyter-server==$SERVER" "ipykernel==$KERNEL" "jupyterhub==$HUB" >&2
    mkdir -p "$VENV/proxy"
    npm install --silent --no-audit --no-fund --prefix "$VENV/proxy" "configurable-http-proxy@$PROXY" >&2
  fi
  echo "$VENV/bin" ;;
*) die "usage: jupyter.sh install" ;;
esac
