#!/bin/bash
# MLflow's scoring server.   mlflow.sh install: prints its python   mlflow.sh save MODEL.onnx FOLDER: writes an MLflow model
. "$(dirname "$0")/common.sh"
MLFLOW=3.17.2
VENV="$RAMPART_PEERS_HOME/mlflow-$MLFLOW"

case "${1:-}" in
install)
  if ! "$VENV/bin/python" -c 'import mlflow, onnx, onnxruntime, fastapi, uvicorn, pandas' 2>/dev/null; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "mlflow-skinny==$MLFLOW" \
      flask fastapi uvicorn onnx onnxruntime==1.32.0 pandas >&2
  fi
  echo "$VENV/bin/python" ;;
save)
  "$VENV/bin/python" -c 'import sys, onnx, mlflow.onnx
mlflow.onnx.save_model(onnx.load(sys.argv[1]), sys.argv[2], save_as_external_data=False)' "$2" "$3" >&2
  echo "$3" ;;
*) die "usage: mlflow.sh install | save MODEL.onnx FOLDER" ;;
esac
