#!/bin/bash
# A PostgreSQL server from Debian's packages, as an unprivileged user, on a free port of 127.0.0.1.
# postgres.sh install | up FOLDER (prints its URL) | down FOLDER
. "$(dirname "$0")/common.sh"

binaries() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
as_user() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

up() {
  local folder="$1" bin port
  bin="$(binaries)"; port="$(free_port)"
  mkdir -p "$folder"
  head -c 18 /dev/urandom | base64 | tr '+/' '-_' > "$folder/password"
  [ "$(id -u)" != 0 ] || chown -R postgres "$folder"
  as_user "$bin/initdb" -D "$folder/data" -U rampart --auth=scram-sha-256 --pwfile="$folder/password" -E UTF8 --locale=C >&2
  as_user "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$folder' -c max_connections=200" start >&2 \
    || { cat "$folder/log" >&2; exit 1; }
  echo "postgresql://rampart:$(cat "$folder/password")@127.0.0.1:$port/postgres"
}

case "${1:-}" in
install)
  [ -n "$(binaries)" ] || debian_install postgresql
  # Debian makes a cluster of its own at install; we never start it.
  "$(binaries)/postgres" --version ;;
up) up "${2:?folder}" ;;
down) as_user "$(binaries)/pg_ctl" -D "${2:?folder}/data" -m fast -w stop >&2 ;;
*) die "usage: postgres.sh install | up FOLDER | down FOLDER" ;;
esac
