#!/bin/bash
# An OpenTelemetry Collector with a Splunk HEC receiver that acknowledges; events go to a file.
# hec.sh install: prints the path of the binary | up FOLDER PORT: prints the path of the file | down FOLDER
. "$(dirname "$0")/common.sh"
# The last version of which all parts can be had with verified checksums.
VERSION=0.145.0
BINARY="$RAMPART_PEERS_HOME/bin/otelcol-siem"

right_version() { [ -x "$BINARY" ] && "$BINARY" --version 2>/dev/null | grep -qw "$VERSION"; }

build() {
  command -v go >/dev/null || die "needs Go to build the collector $VERSION, or a ready otelcol-siem in RAMPART_PEERS_CACHE"
  say "building the collector $VERSION (minutes)…"
  local work="$RAMPART_PEERS_HOME/otelcol-siem-$VERSION" contrib=github.com/open-telemetry/opentelemetry-collector-contrib
  mkdir -p "$work"
  cat > "$work/manifest.yaml" <<YAML
dist: { name: otelcol-siem, description: Splunk HEC to a file, version: $VERSION, output_path: ./out }
receivers: [{ gomod: $contrib/receiver/splunkhecreceiver v$VERSION }, { gomod: $contrib/receiver/syslogreceiver v$VERSION }]
exporters: [{ gomod: $contrib/exporter/fileexporter v$VERSION }]
extensions: [{ gomod: $contrib/extension/ackextension v$VERSION }]
YAML
  (
    cd "$work"
    export GOFLAGS="-buildvcs=false -p=2" CGO_ENABLED=0
    GOBIN="$work/bin" nice go install "go.opentelemetry.io/collector/cmd/builder@v$VERSION"
    nice ./bin/builder --config manifest.yaml
  ) >&2
  mv "$work/out/otelcol-siem" "$BINARY"
  rm -rf "$work"
}

up() {
  local folder="$1" port="$2"
  mkdir -p "$folder"
  cat > "$folder/config.yaml" <<YAML
extensions: { ack: { max_number_of_partition: 100, max_number_of_pending_acks_per_partition: 10000 } }
receivers: { splunk_hec: { endpoint: "127.0.0.1:$port", ack: { extension: ack } } }
# With rotation the file is written through: what is acknowledged is in it, and a full disk is told to the sender.
exporters: { file: { path: "$folder/events.jsonl", rotation: { max_megabytes: 4000 } } }
service:
  telemetry: { metrics: { level: none } }
  extensions: [ack]
  pipelines: { logs: { receivers: [splunk_hec], exporters: [file] } }
YAML
  setsid "$BINARY" --config "file:$folder/config.yaml" > "$folder/log" 2>&1 < /dev/null &
  echo $! > "$folder/pid"
  for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$folder/events.jsonl"; return; fi
    kill -0 "$(cat "$folder/pid")" 2>/dev/null || { cat "$folder/log" >&2; die "the collector ended"; }
    sleep 0.1
  done
  die "the collector did not listen"
}

case "${1:-}" in
install)
  right_version || { from_cache otelcol-siem && right_version; } || build
  right_version || die "the collector does not say version $VERSION"
  echo "$BINARY" ;;
up) up "${2:?folder}" "${3:?port}" ;;
down) kill "$(cat "${2:?folder}/pid")" ;;
*) die "usage: hec.sh install | up FOLDER PORT | down FOLDER" ;;
esac
