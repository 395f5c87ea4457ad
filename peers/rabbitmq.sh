#!/bin/bash
# RabbitMQ from Debian as a process of its own: AMQP 0-9-1 and 1.0 on PORT.
# rabbitmq.sh install: prints its version | up FOLDER PORT: prints the port | down FOLDER PORT
. "$(dirname "$0")/common.sh"
# The programs in /usr/sbin switch to another user; these do not.
HOME_OF_RABBIT="$(ls -d /usr/lib/rabbitmq/lib/rabbitmq_server-* 2>/dev/null | head -1 || true)"

environment() {
  export HOME="$1" RABBITMQ_NODENAME="peers$2@localhost" RABBITMQ_HOME="$HOME_OF_RABBIT"
  export RABBITMQ_MNESIA_BASE="$1/mnesia" RABBITMQ_LOG_BASE="$1/log" RABBITMQ_CONFIG_FILE="$1/rabbitmq.conf"
  export RABBITMQ_ENABLED_PLUGINS_FILE="$1/enabled_plugins" RABBITMQ_PID_FILE="$1/pid"
  export RABBITMQ_DIST_PORT=$(($2 + 1)) ERL_EPMD_PORT=$(($2 + 2)) ERL_EPMD_ADDRESS=127.0.0.1
}

up() {
  local folder="$1" port="$2"
  mkdir -p "$folder/log" "$folder/mnesia"
  environment "$folder" "$port"
  if [ ! -f "$folder/.erlang.cookie" ]; then
    head -c 20 /dev/urandom | base64 | tr -dc A-Za-z0-9 > "$folder/.erlang.cookie"
    chmod 400 "$folder/.erlang.cookie"
  fi
  echo '[rabbitmq_amqp1_0].' > "$folder/enabled_plugins"
  printf 'listeners.tcp.1 = 127.0.0.1:%s\nloopback_users.guest = true\n' "$port" > "$folder/rabbitmq.conf"
  setsid "$HOME_OF_RABBIT/sbin/rabbitmq-server" > "$folder/stdout" 2>&1 < /dev/null &
  for _ in $(seq 240); do
    [ -f "$folder/pid" ] && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    sleep 0.25
  done
  "$HOME_OF_RABBIT/sbin/rabbitmqctl" -n "$RABBITMQ_NODENAME" await_startup --timeout 60 >&2 || { cat "$folder/stdout" >&2; die "RabbitMQ did not start"; }
  echo "$port"
}

down() {
  environment "$1" "$2"
  "$HOME_OF_RABBIT/sbin/rabbitmqctl" -n "$RABBITMQ_NODENAME" stop "$1/pid" >&2 || kill "$(cat "$1/pid")"
  epmd -port $(($2 + 2)) -kill >&2 || true
}

case "${1:-}" in
install)
  [ -n "$HOME_OF_RABBIT" ] || debian_install rabbitmq-server
  ls -d /usr/lib/rabbitmq/lib/rabbitmq_server-* | head -1 | sed 's/.*-//' ;;
up) up "${2:?folder}" "${3:?port}" ;;
down) down "${2:?folder}" "${3:?port}" ;;
*) die "usage: rabbitmq.sh install | up FOLDER PORT | down FOLDER PORT" ;;
esac
