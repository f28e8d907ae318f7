# shellcheck shell=bash
# Redis, for scripts/services, without persistence.

redis_find() {
    command -v redis-server >/dev/null || return 1
    programs=$(dirname "$(command -v redis-server)")
}

redis_start() {
    local work=$1
    free_port >"$work/port"
    : >"$work/log"
    cat >"$work/redis.conf" <<CONF
bind 127.0.0.1
port $(cat "$work/port")
dir "$work"
pidfile "$work/pid"
logfile "$work/log"
daemonize yes
save ""
appendonly no
CONF
    "$programs/redis-server" "$work/redis.conf" >>"$work/log" 2>&1 || return 1
    wait_until 10 test -s "$work/pid"
}

redis_ready() (
    exec 3<>"/dev/tcp/127.0.0.1/$(cat "$1/port")" || exit 1
    printf 'PING\r\n' >&3
    read -r -t 2 answer <&3 && [ "${answer%$'\r'}" = +PONG ]
) 2>/dev/null

redis_pid() { cat "$1/pid" 2>/dev/null || true; }
redis_mark() { echo "127.0.0.1:$(cat "$1/port")"; }
redis_stop() { end_process "$(redis_pid "$1")" "$(redis_mark "$1")" TERM; }
redis_env() { echo "export TEST_REDIS_URL='redis://127.0.0.1:$(cat "$1/port")/0'"; }
