#!/bin/sh
# Builds crate/ to wasm/rampart-rego.wasm and writes its digest beside it.
# Needs rustup with the toolchain below. Build paths are mapped away so that the bytes do not depend on the machine.
# --check builds into a temporary place and compares with the committed digest.
set -eu
cd "$(dirname "$0")"
toolchain=1.95.0
target=wasm32-wasip1
cargo_home=${CARGO_HOME:-$HOME/.cargo}
rustup target add --toolchain "$toolchain" "$target" >/dev/null 2>&1 || rustup target add "$target" >/dev/null
cargo fetch --locked --quiet --manifest-path crate/Cargo.toml --target "$target"

flags="-C link-arg=--max-memory=134217728 --remap-path-prefix=$(pwd)/crate=/crate"
for source in "$cargo_home"/registry/src/*; do
  flags="$flags --remap-path-prefix=$source=/crates"
done
out=${CARGO_TARGET_DIR:-$(pwd)/crate/target}
CARGO_TARGET_DIR=$out RUSTFLAGS="$flags" cargo build --locked --release --target "$target" --manifest-path crate/Cargo.toml
built=$out/$target/release/rampart_rego.wasm

if [ "${1:-}" = --check ]; then
  want=$(cut -d' ' -f1 wasm/rampart-rego.wasm.sha256)
  have=$(sha256sum "$built" | cut -d' ' -f1)
  [ "$want" = "$have" ] || { echo "built $have, committed $want" >&2; exit 1; }
  echo "equal: $have"
  exit 0
fi
mkdir -p wasm
cp "$built" wasm/rampart-rego.wasm
(cd wasm && sha256sum rampart-rego.wasm > rampart-rego.wasm.sha256)
{
  echo "Crates inside rampart-rego.wasm and their licences."
  cargo tree --locked --manifest-path crate/Cargo.toml --target "$target" -e normal,no-proc-macro --prefix none \
    --format '{p}: {l}' | grep -v '^rampart-rego ' | sed 's/ (\*)$//' | sort -u
} > wasm/LICENCES.txt
ls -l wasm
