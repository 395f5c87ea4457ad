#!/bin/bash
# Libraries that write model files, and other scanners, in two virtual environments.   scanners.sh install: prints both pythons
. "$(dirname "$0")/common.sh"
WRITERS="numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 joblib==1.6.0 lz4==4.4.5 lightgbm==4.7.0 xgboost-cpu==3.2.0 pandas==3.1.1 safetensors==0.8.0 onnx==1.23.2 skl2onnx==1.20.0 h5py==3.16.0 keras==3.15.1 jax==0.10.2 gguf==0.19.0"
JUDGES="picklescan==1.0.5 modelscan==0.8.8 fickling==0.1.12 typing_extensions numpy<2.4 h5py"

# environment NAME PROBE PACKAGES: makes it once; a version that is named above and missing is an error of pip.
environment() {
  local venv="$RAMPART_PEERS_HOME/scanners-$1-$(printf '%s' "$3" | cksum | cut -d' ' -f1)"
  if ! "$venv/bin/python" -c "import $2" 2>/dev/null; then
    rm -rf "$venv"
    python3 -m venv "$venv" >&2 || die "needs python3 with the venv module"
    # shellcheck disable=SC2086
    "$venv/bin/pip" install --quiet --disable-pip-version-check $3 >&2
  fi
  printf '%s' "$venv/bin/python"
}

case "${1:-}" in
install)
  writers=$(environment writers "sklearn, keras, skl2onnx, gguf, lightgbm, xgboost" "$WRITERS")
  judges=$(environment judges "picklescan, modelscan, fickling" "$JUDGES")
  echo "$writers $judges" ;;
*) die "usage: scanners.sh install" ;;
esac
