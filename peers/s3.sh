#!/bin/bash
# An S3-compatible server over a folder (versitygw).   s3.sh install: prints its path
. "$(dirname "$0")/common.sh"
VERSION=1.8.0
PROGRAM="$RAMPART_PEERS_HOME/bin/versitygw"
# A build from source does not know its version: the installer keeps it.
STAMP="$RAMPART_PEERS_HOME/bin/versitygw.version"

case "${1:-}" in
install)
  if [ ! -x "$PROGRAM" ] || [ "$(cat "$STAMP" 2>/dev/null)" != "$VERSION" ]; then
    if ! from_cache versitygw; then
      command -v go >/dev/null || die "needs Go to build versitygw"
      GOBIN="$RAMPART_PEERS_HOME/bin" GOFLAGS=-p=2 CGO_ENABLED=0 \
        go install "github.com/versity/versitygw/cmd/versitygw@v$VERSION" >&2
    fi
    echo "$VERSION" > "$STAMP"
  fi
  echo "$PROGRAM" ;;
*) die "usage: s3.sh install" ;;
esac
