#!/bin/bash
# An OpenTelemetry Collector with an OTLP receiver that writes what it gets to a file.
# otelcol.sh install: prints the path of the binary | up FOLDER PORT (prints the path of the file) | down FOLDER
. "$(dirname "$0")/common.sh"
VERSION=0.145.0
BINARY="$RAMPART_PEERS_HOME/bin/otelcol-otlp"

right_version() { [ -x "$BINARY" ] && "$BINARY" --version 2>/dev/null | grep -qw "$VERSION"; }

build() {
  command -v go >/dev/null || die "needs Go to build the collector $VERSION, or a ready otelcol-otlp in RAMPART_PEERS_CACHE"
  say "building the collector $VERSION (minutes)…"
  local work="$RAMPART_PEERS_HOME/otelcol-$VERSION"
  mkdir -p "$work"
  cat > "$work/manifest.yaml" <<YAML
dist: { name: otelcol-otlp, description: OTLP to a file, version: $VERSION, output_path: ./out }
receivers: [{ gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v$VERSION }]
exporters: [{ gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter v$VERSION }]
providers:
  - { gomod: go.opentelemetry.io/collector/confmap/provider/envprovider v1.51.0 }
  - { gomod: go.opentelemetry.io/collector/confmap/provider/fileprovider v1.51.0 }
YAML
  (
    cd "$work"
    export GOFLAGS="-buildvcs=false -p=2" CGO_ENABLED=0
    GOBIN="$work/bin" nice go install "go.opentelemetry.io/collector/cmd/builder@v$VERSION"
    nice ./bin/builder --config manifest.yaml
  ) >&2
  mv "$work/out/otelcol-otlp" "$BINARY"
  rm -rf "$work"
}

up() {
  local folder="$1" port="$2"
  mkdir -p "$folder"
  cat > "$folder/config.yaml" <<YAML
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:$port" } } } }
exporters: { file: { path: "$folder/traces.jsonl", flush_interval: 100ms } }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { traces: { receivers: [otlp], exporters: [file] } }
YAML
  setsid "$BINARY" --config "file:$folder/config.yaml" > "$folder/log" 2>&1 < /dev/null &
  echo $! > "$folder/pid"
  for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$folder/traces.jsonl"; return; fi
    kill -0 "$(cat "$folder/pid")" 2>/dev/null || { cat "$folder/log" >&2; die "the collector ended"; }
    sleep 0.1
  done
  die "the collector did not listen"
}

case "${1:-}" in
install)
  right_version || { from_cache otelcol-otlp && right_version; } || build
  right_version || die "the collector does not say version $VERSION"
  echo "$BINARY" ;;
up) up "${2:?folder}" "${3:?port}" ;;
down) kill "$(cat "${2:?folder}/pid")" ;;
*) die "usage: otelcol.sh install | up FOLDER PORT | down FOLDER" ;;
esac
