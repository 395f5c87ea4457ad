#!/bin/bash
# Open Policy Agent, the reference for our Rego evaluation.   opa.sh install: prints the path of the binary
. "$(dirname "$0")/common.sh"
VERSION=1.22.2
OPA="$RAMPART_PEERS_HOME/bin/opa"

right_version() { [ -x "$OPA" ] && "$OPA" version 2>/dev/null | grep -qx "Version: $VERSION"; }

case "${1:-}" in
install)
  if ! right_version && ! { from_cache opa && right_version; }; then
    command -v go >/dev/null || die "needs Go to build opa $VERSION, or a ready binary in RAMPART_PEERS_CACHE"
    say "building opa $VERSION (minutes)…"
    GOBIN="$RAMPART_PEERS_HOME/bin" CGO_ENABLED=0 go install -ldflags "-X github.com/open-policy-agent/opa/v1/version.Version=$VERSION" \
      "github.com/open-policy-agent/opa@v$VERSION" >&2
    right_version || die "built opa does not say version $VERSION"
  fi
  echo "$OPA" ;;
*) die "usage: opa.sh install" ;;
esac
