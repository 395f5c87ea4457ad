#!/bin/bash
# Python model servers, for `npm run bench -- router`.   serving-rivals.sh install NAME: prints its python
. "$(dirname "$0")/common.sh"
ORT=1.30.0
case "${2:-}" in
fastapi) PACKAGES="fastapi==0.165.0 uvicorn[standard]==0.54.0 orjson==3.13.0 numpy==2.4.6" ;;
grpc-aio) PACKAGES="grpcio==1.81.1 grpcio-tools==1.81.1 protobuf==6.33.6 numpy==2.4.6" ;;
*) die "usage: serving-rivals.sh install fastapi|grpc-aio" ;;
esac
[ "$1" = install ] || die "usage: serving-rivals.sh install NAME"
VENV="$RAMPART_PEERS_HOME/rival-$2"

if [ "$(cat "$VENV/packages" 2>/dev/null)" != "$PACKAGES onnxruntime==$ORT" ]; then
  rm -rf "$VENV"
  python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
  # shellcheck disable=SC2086
  "$VENV/bin/pip" install --quiet --disable-pip-version-check $PACKAGES "onnxruntime==$ORT" >&2
  echo "$PACKAGES onnxruntime==$ORT" > "$VENV/packages"
fi
echo "$VENV/bin/python"
