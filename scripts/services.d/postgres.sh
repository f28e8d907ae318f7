# shellcheck shell=bash
# PostgreSQL, for scripts/services. It refuses to run as root, so for root it runs as the user postgres.

postgres_find() {
    local directory version
    for directory in "$(dirname "$(command -v initdb || echo none)")" \
        $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin | sort -rV); do
        [ -x "$directory/initdb" ] || continue
        [ -x "$directory/pgbench" ] || continue
        version=$("$directory/postgres" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
        if [ "$version" -ge 15 ]; then
            programs=$directory
            return
        fi
    done
    return 1
}

# as_postgres runs a command as a user who may run PostgreSQL, in a directory that the user can enter.
as_postgres() (
    cd /
    unset "${!PG@}"
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
)

postgres_start() {
    local work=$1
    random_word >"$work/password"
    free_port >"$work/port"
    : >"$work/log"
    chmod 700 "$work"
    [ "$(id -u)" -ne 0 ] || chown -R postgres "$work"
    as_postgres "$programs/initdb" --pgdata="$work/cluster" --username=messenger --pwfile="$work/password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale="$(unicode_locale)" --no-sync >>"$work/log" 2>&1 || return 1
    # fsync stays on, since tests kill the server and check what it has stored. There is no socket, since
    # the path to this checkout may be too long for one.
    cat >>"$work/cluster/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $(cat "$work/port")
unix_socket_directories = ''
max_connections = 200
fsync = on
CONF
    as_postgres "$programs/pg_ctl" --pgdata="$work/cluster" --log="$work/log" --silent --timeout=60 start >/dev/null || return 1
    postgres_ask "$work" postgres 'CREATE DATABASE messenger' >>"$work/log" 2>&1
}

# unicode_locale prints a locale for Unicode; in the locale C, lower() handles only ASCII.
unicode_locale() {
    if locale -a | grep -qi '^c\.utf-\{0,1\}8$'; then echo C.UTF-8; else echo en_US.UTF-8; fi
}

postgres_ask() (
    unset "${!PG@}"
    PGPASSWORD=$(cat "$1/password") "$programs/psql" --no-psqlrc --quiet --tuples-only --host=127.0.0.1 \
        --port="$(cat "$1/port")" --username=messenger --dbname="$2" --command="$3"
)

postgres_ready() { postgres_ask "$1" messenger 'SELECT 1' >/dev/null 2>&1; }
postgres_pid() { head -n 1 "$1/cluster/postmaster.pid" 2>/dev/null || true; }
postgres_mark() { echo "$1/cluster"; }
postgres_stop() { end_process "$(postgres_pid "$1")" "$(postgres_mark "$1")" INT; }

postgres_env() {
    echo "export TEST_POSTGRES_URL='postgres://messenger:$(cat "$1/password")@127.0.0.1:$(cat "$1/port")/messenger?sslmode=disable'"
    echo "export TEST_POSTGRES_BIN='$programs'"
}
