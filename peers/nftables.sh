#!/usr/bin/env bash
# nftables.sh install : nft and ip from Debian (root, CAP_NET_ADMIN); prints nft's version
. "$(dirname "$0")/common.sh"
case "${1:-}" in
  install)
    if ! command -v nft >/dev/null || ! command -v ip >/dev/null; then debian_install nftables iproute2; fi
    nft --version
    ;;
  *) die "usage: nftables.sh install" ;;
esac
