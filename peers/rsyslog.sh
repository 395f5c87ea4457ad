#!/bin/bash
# rsyslog from Debian, unpacked beside whatever syslog daemon the machine has.
# rsyslog.sh install: prints its version | up FOLDER PORT: UDP on PORT, TCP on PORT+1, TLS with client certificates on
# PORT+2; prints FOLDER, which then holds tls/{ca,client}.pem, tls/client.key and messages.jsonl | down FOLDER
# rsyslog.sh forward FOLDER FILE: a second one, which follows FILE and forwards each line to the first by TLS with the client
# certificate, through a queue on disk; prints its pid
. "$(dirname "$0")/common.sh"
ROOT="$RAMPART_PEERS_HOME/rsyslog"
MODULES="$ROOT/usr/lib/$(uname -m)-linux-gnu/rsyslog"

unpack() {
  # The packages of two syslog daemons cannot be installed together, so only their files are taken.
  debian_install libestr0 libfastjson4 liblognorm5 openssl
  local work; work="$(mktemp -d)"
  (cd "$work" && apt-get -qq download rsyslog rsyslog-openssl >&2 && for one in *.deb; do dpkg -x "$one" "$ROOT"; done)
  rm -rf "$work"
}

certificates() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=peers 2>/dev/null
  for name in server client; do
    openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj /CN=$name.local 2>/dev/null
    printf 'subjectAltName=DNS:%s.local,DNS:localhost,IP:127.0.0.1\n' $name > $name.ext
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile $name.ext -out $name.pem 2>/dev/null
  done
}

start() {
  local folder="$1"
  rm -f "$folder/pid"
  "$ROOT/usr/sbin/rsyslogd" -M "$MODULES" -f "$folder/rsyslog.conf" -i "$folder/pid"
  for _ in $(seq 100); do
    (exec 3<>"/dev/tcp/127.0.0.1/$(cat "$folder/port")") 2>/dev/null && return
    sleep 0.1
  done
  die "rsyslog did not listen"
}

up() {
  local folder="$1" port="$2" tls="$1/tls"
  mkdir -p "$tls" "$folder/work"
  (cd "$tls" && certificates)
  echo $((port + 2)) > "$folder/port"
  cat > "$folder/rsyslog.conf" <<CONF
global(workDirectory="$folder/work" maxMessageSize="256k" parser.escapeControlCharactersOnReceive="off"
  defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="$tls/ca.pem"
  defaultNetstreamDriverCertFile="$tls/server.pem" defaultNetstreamDriverKeyFile="$tls/server.key")
module(load="imudp") module(load="imptcp") module(load="mmpstrucdata")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/name" PermittedPeer=["client.local"])
template(name="line" type="list" option.jsonf="on") {
  property(outname="input" name="inputname" format="jsonf") property(outname="pri" name="pri" format="jsonf")
  property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="app" name="app-name" format="jsonf") property(outname="msgid" name="msgid" format="jsonf")
  property(outname="data" name="\$!rfc5424-sd" format="jsonf") property(outname="message" name="msg" format="jsonf") }
ruleset(name="store") { action(type="mmpstrucdata") action(type="omfile" file="$folder/messages.jsonl" template="line" action.resumeRetryCount="-1" action.resumeInterval="1") }
input(type="imudp" address="127.0.0.1" port="$port" ruleset="store")
input(type="imptcp" address="127.0.0.1" port="$((port + 1))" ruleset="store" supportOctetCountedFraming="on")
input(type="imtcp" address="127.0.0.1" port="$((port + 2))" ruleset="store" supportOctetCountedFraming="on")
CONF
  start "$folder"
  echo "$folder"
}

forward() {
  local folder="$1" file="$2" tls="$1/tls" work="$1/forward"
  mkdir -p "$work"
  touch "$file"
  cat > "$folder/forward.conf" <<CONF
global(workDirectory="$work" maxMessageSize="256k" parser.escapeControlCharactersOnReceive="off"
  defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="$tls/ca.pem"
  defaultNetstreamDriverCertFile="$tls/client.pem" defaultNetstreamDriverKeyFile="$tls/client.key")
module(load="imfile" mode="inotify")
template(name="raw" type="string" string="%msg%")
ruleset(name="forward") { action(type="omfwd" target="127.0.0.1" port="$(cat "$folder/port")" protocol="tcp" template="raw"
  TCP_Framing="octet-counted" StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name"
  StreamDriverPermittedPeers="server.local" action.resumeRetryCount="-1"
  queue.type="Disk" queue.filename="forward" queue.dequeueBatchSize="1024") }
input(type="imfile" file="$file" tag="peer" ruleset="forward")
CONF
  "$ROOT/usr/sbin/rsyslogd" -M "$MODULES" -f "$folder/forward.conf" -i "$folder/forward.pid"
  for _ in $(seq 50); do [ -s "$folder/forward.pid" ] && break; sleep 0.1; done
  cat "$folder/forward.pid"
}

case "${1:-}" in
install)
  [ -x "$ROOT/usr/sbin/rsyslogd" ] || unpack
  "$ROOT/usr/sbin/rsyslogd" -v | head -1 ;;
up) up "${2:?folder}" "${3:?port}" ;;
start) start "${2:?folder}" ;;
forward) forward "${2:?folder}" "${3:?file}" ;;
down) kill "$(cat "${2:?folder}/pid")" ;;
*) die "usage: rsyslog.sh install | up FOLDER PORT | start FOLDER | forward FOLDER FILE | down FOLDER" ;;
esac
