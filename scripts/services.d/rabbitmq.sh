# shellcheck shell=bash
# RabbitMQ, for scripts/services: with its own node name, cookie and epmd (Erlang's port mapper).

# The wrapper on PATH requires the user rabbitmq and the machine-wide files; the wrapped program does not.
rabbitmq_find() {
    local directory
    command -v epmd >/dev/null || return 1
    for directory in /usr/lib/rabbitmq/bin /opt/homebrew/sbin /usr/local/sbin; do
        if [ -x "$directory/rabbitmq-server" ]; then
            programs=$directory
            return
        fi
    done
    return 1
}

rabbitmq_start() {
    local work=$1
    free_port >"$work/port"
    free_port >"$work/epmd_port"
    : >"$work/log"
    : >"$work/environment.conf"
    echo '[].' >"$work/plugins"
    cat >"$work/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$(cat "$work/port")
loopback_users.guest = true
log.console = true
log.console.level = info
log.file = false
CONF
    (
        unset "${!RABBITMQ_@}" "${!ERL_@}"
        ERL_EPMD_PORT=$(cat "$work/epmd_port")
        RABBITMQ_DIST_PORT=$(free_port)
        RABBITMQ_NODENAME=messenger-$(cat "$work/port")@localhost
        export HOME=$work ERL_EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1
        export RABBITMQ_NODENAME RABBITMQ_DIST_PORT RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
        export RABBITMQ_CONF_ENV_FILE=$work/environment.conf RABBITMQ_CONFIG_FILE=$work/rabbitmq.conf
        export RABBITMQ_MNESIA_BASE=$work/mnesia RABBITMQ_LOG_BASE=$work/logs RABBITMQ_PID_FILE=$work/pid
        export RABBITMQ_ENABLED_PLUGINS_FILE=$work/plugins RABBITMQ_ADVANCED_CONFIG_FILE=$work/advanced.config
        export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
        cd "$work"
        epmd -daemon -address 127.0.0.1
        "$(command -v setsid || command -v nohup)" "$programs/rabbitmq-server" </dev/null >>"$work/log" 2>&1 &
        echo $! >"$work/leader"
    ) || return 1
    wait_until 30 test -s "$work/pid"
}

rabbitmq_ready() (
    exec 3<>"/dev/tcp/127.0.0.1/$(cat "$1/port")" || exit 1
    printf 'AMQP\0\0\11\1' >&3
    LC_ALL=C IFS='' read -r -t 2 -n 1 answer <&3 && [ "$answer" = $'\1' ]
) 2>/dev/null

rabbitmq_pid() { cat "$1/pid" 2>/dev/null || true; }
rabbitmq_mark() { echo "-home $1"; }

rabbitmq_stop() {
    end_process "$(rabbitmq_pid "$1")" "$(rabbitmq_mark "$1")" TERM
    if is_process "$(cat "$1/leader" 2>/dev/null)" rabbitmq-server; then # It hangs, or never wrote its process id.
        kill -s KILL -- "-$(cat "$1/leader")" || true
    fi
    ERL_EPMD_PORT=$(cat "$1/epmd_port") epmd -kill >/dev/null 2>&1 || true
}

rabbitmq_env() { echo "export TEST_RABBITMQ_URL='amqp://guest:guest@127.0.0.1:$(cat "$1/port")/'"; }
