#!/bin/bash
# NVIDIA's Python client of the Open Inference Protocol (HTTP and gRPC), and gRPC's own reflection and health clients.   oip-client.sh install: prints its python
. "$(dirname "$0")/common.sh"
TRITONCLIENT=2.73.0
GRPC=1.81.1
VENV="$RAMPART_PEERS_HOME/tritonclient-$TRITONCLIENT-grpc-$GRPC"

case "${1:-}" in
install)
  if ! "$VENV/bin/python" -c 'import tritonclient.http, tritonclient.grpc, grpc_reflection, grpc_health' 2>/dev/null; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "tritonclient[http,grpc]==$TRITONCLIENT" "grpcio-reflection==$GRPC" "grpcio-health-checking==$GRPC" >&2
  fi
  echo "$VENV/bin/python" ;;
*) die "usage: oip-client.sh install" ;;
esac
