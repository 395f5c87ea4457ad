#!/bin/bash
# Chromium from Debian, driven by Playwright.   chromium.sh install: prints the path of the binary
. "$(dirname "$0")/common.sh"

case "${1:-}" in
install)
  command -v chromium >/dev/null || debian_install chromium fonts-liberation
  command -v chromium ;;
*) die "usage: chromium.sh install" ;;
esac
