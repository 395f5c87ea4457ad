#!/bin/bash
# MLflow.   mlflow.sh install: the scoring server's python   mlflow.sh save MODEL.onnx FOLDER: writes an MLflow model
#           mlflow.sh server: the python of a tracking server with registry, artifact proxy, webhooks and accounts
. "$(dirname "$0")/common.sh"
MLFLOW=3.17.2
VENV="$RAMPART_PEERS_HOME/mlflow-$MLFLOW"
SERVER="$RAMPART_PEERS_HOME/mlflow-server-$MLFLOW"

case "${1:-}" in
install)
  if ! "$VENV/bin/python" -c 'import mlflow, onnx, onnxruntime, fastapi, uvicorn, pandas' 2>/dev/null; then
    rm -rf "$VENV"
    python3 -m venv "$VENV" >&2 || die "needs python3 with the venv module"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "mlflow-skinny==$MLFLOW" \
      flask fastapi uvicorn onnx onnxruntime==1.32.0 pandas >&2
  fi
  echo "$VENV/bin/python" ;;
server)
  # What the server imports at start beyond its declared core; without any of them it dies late and obscurely.
  if ! "$SERVER/bin/python" -c 'import mlflow, flask_cors, flask_wtf, graphene, alembic, cryptography, huey, aiohttp, skops, pandas, fastapi, uvicorn' 2>/dev/null; then
    rm -rf "$SERVER"
    python3 -m venv "$SERVER" >&2 || die "needs python3 with the venv module"
    "$SERVER/bin/pip" install --quiet --disable-pip-version-check "mlflow-skinny==$MLFLOW" flask==3.1.3 \
      flask-cors==6.0.5 flask-wtf sqlalchemy==2.1.9 alembic==1.20.1 graphene==3.4.3 cryptography==50.0.2 \
      huey==3.5.4 aiohttp==3.14.5 skops==0.16.0 pandas==3.1.1 fastapi uvicorn >&2
  fi
  echo "$SERVER/bin/python" ;;
save)
  "$VENV/bin/python" -c 'import sys, onnx, mlflow.onnx
mlflow.onnx.save_model(onnx.load(sys.argv[1]), sys.argv[2], save_as_external_data=False)' "$2" "$3" >&2
  echo "$3" ;;
*) die "usage: mlflow.sh install | save MODEL.onnx FOLDER | server" ;;
esac
