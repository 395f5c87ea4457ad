#!/bin/bash
# Python model servers, for `npm run bench -- router`.   serving-rivals.sh install NAME: prints its python
. "$(dirname "$0")/common.sh"
UV=0.13.9
BASE="onnxruntime==1.30.0 numpy==2.4.6"
case "${2:-}" in
fastapi) PACKAGES="fastapi==0.165.0 uvicorn[standard]==0.54.0 orjson==3.13.0" ;;
grpc-aio) PACKAGES="grpcio==1.81.1 grpcio-tools==1.81.1 protobuf==6.33.6" ;;
# uvloop 0.22 removed what this MLServer starts its loop with.
mlserver) PACKAGES="mlserver==1.7.1 uvloop==0.21.0 pydantic==2.14.3" ;;
kserve) PACKAGES="kserve==0.21.0 uvloop==0.23.0 pydantic==2.14.3" ;;
bentoml) PACKAGES="bentoml==1.4.39 uvicorn==0.54.0 pydantic==2.14.3" ;;
litserve) PACKAGES="litserve==0.2.19 fastapi==0.165.0 uvicorn==0.54.0 uvloop==0.23.0" ;;
mlflow) PACKAGES="mlflow==3.17.2 onnx==1.23.2 scikit-learn==1.9.1 fastapi==0.165.0 uvicorn==0.54.0" ;;
# Triton itself with its Python backend: pytriton carries the server's binary.
triton-python) PACKAGES="nvidia-pytriton==0.7.0" BASE="onnxruntime==1.30.0 numpy==1.26.4" ;;
*) die "usage: serving-rivals.sh install fastapi|grpc-aio|mlserver|kserve|bentoml|litserve|mlflow|triton-python" ;;
esac
[ "$1" = install ] || die "usage: serving-rivals.sh install NAME"
VENV="$RAMPART_PEERS_HOME/rival-$2"

# uv takes seconds where pip takes minutes.
run_uv() {
  local home="$RAMPART_PEERS_HOME/uv-$UV"
  if command -v uv > /dev/null; then uv "$@"
  else
    [ -x "$home/bin/uv" ] || { python3 -m venv "$home" && "$home/bin/pip" install --quiet "uv==$UV"; } >&2 ||
      die "needs python3 with the venv module"
    "$home/bin/uv" "$@"
  fi
}

if [ "$(cat "$VENV/packages" 2>/dev/null)" != "$PACKAGES $BASE" ]; then
  rm -rf "$VENV"
  run_uv venv --quiet --python python3 "$VENV" >&2
  # shellcheck disable=SC2086
  run_uv pip install --quiet --python "$VENV/bin/python" $PACKAGES $BASE >&2
  echo "$PACKAGES $BASE" > "$VENV/packages"
fi
echo "$VENV/bin/python"
