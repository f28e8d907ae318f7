# shellcheck shell=bash
# Functions for the parts of deploy/test/run.

say() { echo "deploy-test: $*"; }

fail() {
    say "FAILED: $*" >&2
    compose ps --all >&2 || true
    compose logs --tail 15 --no-color >&2 || true
    exit 1
}

compose() { docker compose "${files[@]}" "$@"; }

# quiet runs a command and shows its output only when it fails.
quiet() { "$@" >"$work/output" 2>&1 || { cat "$work/output" >&2 && fail "$*"; }; }

milliseconds() { date +%s%3N; }

# answers waits until a URL answers 200, for two minutes at most.
answers() {
    local tries
    for ((tries = 0; tries < 1200; tries++)); do
        ! curl --fail --silent --output /dev/null --noproxy '*' --max-time 5 "$1" || return 0
        sleep 0.1
    done
    fail "$1 does not answer"
}

# bring_up starts the given services of the set, or all, and prints how long that took.
bring_up() {
    local from
    from=$(milliseconds)
    quiet compose up --detach --no-build --wait "$@"
    answers "$url/ping_db"
    say "up and ready after $(($(milliseconds) - from)) ms"
}

# start_load runs the load in the background until end_load, which fails if it did; its options are load's.
start_load() {
    "$work/load" send "$@" "$url" "$work/record" &
    load=$!
    sleep 2
}

end_load() {
    sleep 2
    kill -TERM "$load" || fail 'the load ended by itself'
    wait "$load" || fail 'the load failed'
    load=
}

# stop_load is end_load, and checks that no acknowledged message is lost.
stop_load() {
    end_load
    verify
}

walk() { "$work/load" walk "$@" || fail 'the walk'; }
verify() { "$work/load" verify "$url" "$work/record" || fail 'what was acknowledged is not there'; }
