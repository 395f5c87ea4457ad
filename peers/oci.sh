#!/bin/bash
# Two registries (Docker's 2.8.2 without the referrers API, go-containerregistry's with it) and the client ORAS.
# oci.sh install: prints the folder of docker-registry, oci-referrers and oras
. "$(dirname "$0")/common.sh"
ORAS=1.3.6
REFERRERS=0.22.1
BIN="$RAMPART_PEERS_HOME/bin"

right_oras() { [ -x "$BIN/oras" ] && "$BIN/oras" version 2>/dev/null | grep -q "^Version: *$ORAS"; }
has_go() { command -v go >/dev/null || die "needs Go to build $1"; }

build_referrers() {
  has_go oci-referrers
  local work="$RAMPART_PEERS_HOME/oci-referrers-$REFERRERS"
  rm -rf "$work" && mkdir -p "$work"
  cp "$(dirname "$0")/oci-referrers/main.go" "$work/"
  (
    cd "$work"
    go mod init oci-referrers
    go get "github.com/google/go-containerregistry@v$REFERRERS"
    CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$BIN/oci-referrers-$REFERRERS" .
  ) >&2
  rm -rf "$work"
}

case "${1:-}" in
install)
  command -v docker-registry >/dev/null || debian_install docker-registry
  ln -sf "$(command -v docker-registry)" "$BIN/docker-registry"
  if ! right_oras && ! { from_cache oras && right_oras; }; then
    has_go oras
    # The version is written into the binary by the linker; without it any would say "unknown".
    GOBIN="$BIN" CGO_ENABLED=0 go install -trimpath \
      -ldflags "-s -w -X oras.land/oras/internal/version.Version=$ORAS -X oras.land/oras/internal/version.BuildMetadata=" \
      "oras.land/oras/cmd/oras@v$ORAS" >&2
    right_oras || die "oras does not say version $ORAS"
  fi
  [ -x "$BIN/oci-referrers-$REFERRERS" ] || from_cache "oci-referrers-$REFERRERS" || build_referrers
  ln -sf "oci-referrers-$REFERRERS" "$BIN/oci-referrers"
  echo "$BIN" ;;
*) die "usage: oci.sh install" ;;
esac
