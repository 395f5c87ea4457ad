# Sourced by every peer script: where things are kept and how root packages are installed.
# RAMPART_PEERS_HOME  what was built or downloaded, outside the work tree (default ~/.cache/rampart-peers)
# RAMPART_PEERS_CACHE a folder of ready binaries, NAME or NAME.xz (optional)
set -euo pipefail
: "${RAMPART_PEERS_HOME:=${XDG_CACHE_HOME:-$HOME/.cache}/rampart-peers}"
mkdir -p "$RAMPART_PEERS_HOME/bin"

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# Debian packages; one apt at a time on the machine, so wait for its lock. Nothing is started by the install.
debian_install() {
  [ "$(id -u)" = 0 ] || die "install these Debian packages first: $*"
  apt-get -qq -o DPkg::Lock::Timeout=900 update >&2
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=900 install --no-install-recommends "$@" >&2
}

# from_cache NAME: puts a ready binary into bin/ and succeeds, or fails when there is none.
from_cache() {
  local from="${RAMPART_PEERS_CACHE:-}" to="$RAMPART_PEERS_HOME/bin/$1"
  [ -n "$from" ] || return 1
  if [ -f "$from/$1.xz" ]; then xz -dc "$from/$1.xz" > "$to.$$"
  elif [ -f "$from/$1" ]; then cp "$from/$1" "$to.$$"
  else return 1; fi
  chmod 755 "$to.$$" && mv "$to.$$" "$to"
}
