#!/bin/bash
# Microsoft's emulator of Azure blob storage, from npm.   azurite.sh install: prints the path of its blob server (JavaScript)
. "$(dirname "$0")/common.sh"
VERSION=3.35.0
FOLDER="$RAMPART_PEERS_HOME/azurite-$VERSION"
MAIN="$FOLDER/node_modules/azurite/dist/src/blob/main.js"

case "${1:-}" in
install)
  if ! grep -q "\"version\": \"$VERSION\"" "$FOLDER/node_modules/azurite/package.json" 2>/dev/null || [ ! -f "$FOLDER/done" ]; then
    rm -rf "$FOLDER" && mkdir -p "$FOLDER"
    (cd "$FOLDER" && echo '{"private":true}' > package.json && npm install --no-audit --no-fund --no-save "azurite@$VERSION") >&2
    [ -f "$MAIN" ] || die "azurite has no blob server"
    touch "$FOLDER/done"
  fi
  echo "$MAIN" ;;
*) die "usage: azurite.sh install" ;;
esac
