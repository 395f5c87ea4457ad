#!/bin/bash
# Suricata from Debian (bookworm has it in backports only), run by hand with rules of the test.
# suricata.sh install: prints its version | space NAME: a network namespace with the addresses of suricata-traffic.mjs |
# up FOLDER RULES NAME: listens there and writes FOLDER/eve.json | traffic FOLDER NAME FIRST COUNT PAUSE_MS |
# rotate FOLDER TO: moves eve.json to TO and has a new one begun | down FOLDER | unspace NAME. Needs root and CAP_NET_ADMIN.
. "$(dirname "$0")/common.sh"

# A list of sources beside the machine's own, so that nothing else comes from backports.
install_suricata() {
  command -v ip >/dev/null || debian_install iproute2
  command -v suricata >/dev/null && return
  [ "$(id -u)" = 0 ] || die "install the Debian package suricata first"
  local apt mirror keys=/usr/share/keyrings/debian-archive-keyring.gpg
  if apt-cache policy suricata | grep -q 'Candidate: [0-9]'; then debian_install suricata; return; fi
  apt="$(mktemp -d)"; chmod 755 "$apt"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts"
  mirror="$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources)"
  printf 'Types: deb\nURIs: %s\nSuites: bookworm bookworm-updates bookworm-backports\nComponents: main\nSigned-By: %s\n' \
    "$mirror" "$keys" > "$apt/parts/debian.sources"
  printf 'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "%s/parts";\nDir::State::lists "%s/lists";\nDir::Cache "%s/cache";\n' \
    "$apt" "$apt" "$apt" > "$apt/apt.conf"
  APT_CONFIG="$apt/apt.conf" apt-get -qq update >&2
  APT_CONFIG="$apt/apt.conf" DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=900 \
    install --no-install-recommends -t bookworm-backports suricata >&2
  rm -rf "$apt"
}

space() {
  ip netns add "$1"
  ip -n "$1" link set lo up
  for one in 203.0.113.0/24 192.0.2.0/24; do ip -n "$1" addr add "$one" dev lo; done
}

# Every line is written at once; closed flows end after a second, so that a test sees them.
up() {
  local folder="$1" rules="$2" name="$3"
  mkdir -p "$folder/log"
  rm -f "$folder/pid" "$folder/log/suricata.log"
  [ -f "$folder/tls.pem" ] || openssl req -x509 -newkey rsa:2048 -nodes -keyout "$folder/tls.key" -out "$folder/tls.pem" \
    -days 2 -subj /CN=quiet.example 2>/dev/null
  ip netns exec "$name" suricata --af-packet=lo -S "$rules" -l "$folder/log" -k none --runmode single \
    -c /etc/suricata/suricata.yaml --pidfile "$folder/pid" --set unix-command.enabled=no \
    --set outputs.1.eve-log.filename="$folder/eve.json" --set outputs.1.eve-log.append=yes \
    --set flow-timeouts.tcp.closed=1 --set flow-timeouts.tcp.emergency-closed=0 > "$folder/log/stdout" 2>&1 &
  for _ in $(seq 300); do
    grep -q 'ngine started' "$folder/log/suricata.log" 2>/dev/null && { echo "$folder"; return; }
    kill -0 $! 2>/dev/null || break
    sleep 0.1
  done
  tail -5 "$folder/log/stdout" >&2; die "Suricata did not start"
}

# Until it has ended: it tells of all open flows then.
down() {
  local pid; pid="$(cat "$1/pid")"
  kill "$pid"
  for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.1; done
  die "Suricata does not end"
}

case "${1:-}" in
install) install_suricata; suricata -V ;;
space) space "${2:?name}" ;;
unspace) ip netns del "${2:?name}" ;;
up) up "${2:?folder}" "${3:?rules}" "${4:?name}" ;;
traffic) exec ip netns exec "${3:?name}" node "$(dirname "$0")/suricata-traffic.mjs" "${4:?first}" "${5:?count}" "${6:?pause}" "${2:?folder}" ;;
rotate) mv "${2:?folder}/eve.json" "$2/${3:?to}"; kill -HUP "$(cat "$2/pid")" ;;
down) down "${2:?folder}" ;;
*) die "usage: suricata.sh install | space NAME | up FOLDER RULES NAME | traffic … | rotate FOLDER TO | down FOLDER | unspace NAME" ;;
esac
