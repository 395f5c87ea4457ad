#!/bin/bash
# Sigstore's cosign, a second reader of our signature files.   cosign.sh install: prints the path of the binary
. "$(dirname "$0")/common.sh"
VERSION=3.1.3
COSIGN="$RAMPART_PEERS_HOME/bin/cosign"
PACKAGE=github.com/sigstore/cosign/v3/cmd/cosign

right_version() { [ -x "$COSIGN" ] && "$COSIGN" version 2>&1 | grep -q "^GitVersion: *v$VERSION$"; }

case "${1:-}" in
install)
  if ! right_version && ! { from_cache cosign && right_version; }; then
    command -v go >/dev/null || die "needs Go to build cosign $VERSION, or a ready binary in RAMPART_PEERS_CACHE"
    say "building cosign $VERSION (minutes)…"
    GOBIN="$RAMPART_PEERS_HOME/bin" CGO_ENABLED=0 go install -trimpath -ldflags '-s -w' "$PACKAGE@v$VERSION" >&2
    right_version || die "built cosign is not version $VERSION"
  fi
  echo "$COSIGN" ;;
*) die "usage: cosign.sh install" ;;
esac
