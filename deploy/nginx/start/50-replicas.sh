#!/bin/sh
# Starts the balancer, and updates its list of replicas while the container runs: those that Docker's DNS has and that
# answer /ping_db with 200. So a replica gets no request before it is ready, and none soon after it began to stop.
# (`resolve` in nginx 1.27.3 and later uses all addresses, ready or not.)
set -eu

# In seconds. A stopping replica answers for SHUTDOWN_DELAY, which must be longer than both together.
pause=2
patience=2
directory=/tmp/balancer
list=$directory/replicas.conf
port=${PORT:-8080}

balancer() {
    nginx -c /etc/nginx/balancer.conf -e /dev/stderr "$@"
}

addresses() {
    getent ahostsv4 messenger | awk '{ print $1 }' | sort -u
}

# ready prints those of the given addresses that are ready. If none is, it prints all, since their own 503 has more
# details than nginx's.
ready() {
    found=
    for address; do
        if curl -fs -o /dev/null --noproxy '*' --max-time "$patience" "http://$address:$port/ping_db"; then
            found="$found $address"
        fi
    done
    echo "${found:-$*}"
}

# write writes the list with the given addresses. Idle connections are closed before SHUTDOWN_DELAY is over, so that no
# request is sent on one that the replica closes.
write() {
    {
        echo 'upstream messenger {'
        echo '    zone messenger 256k;'
        echo '    least_conn;'
        for address; do
            echo "    server $address:$port max_fails=3 fail_timeout=2s;"
        done
        [ $# -gt 0 ] || echo '    server 127.0.0.1:1 down;'
        echo '    keepalive 64;'
        echo '    keepalive_requests 10000;'
        echo '    keepalive_timeout 3s;'
        echo '}'
    } >"$list.new"
    mv "$list.new" "$list"
    echo "replicas: $*"
}

# look updates the list, and fails if there was no change. An empty answer of DNS changes nothing.
look() {
    # shellcheck disable=SC2046 # words are addresses
    set -- $(addresses)
    [ $# -gt 0 ] || return 1
    # shellcheck disable=SC2046
    set -- $(ready "$@")
    [ "$*" != "$current" ] || return 1
    current=$*
    write "$@"
}

follow() {
    while sleep "$pause"; do
        if ! kill -0 "$(cat /tmp/balancer.pid 2>/dev/null)" 2>/dev/null; then
            echo 'replicas: the balancer is gone; started again' >&2
            rm -f /tmp/balancer.sock
            balancer || :
        fi
        if look; then
            balancer -s reload || :
        fi
    done
}

mkdir -p "$directory"
current=
look || write
balancer
follow &
