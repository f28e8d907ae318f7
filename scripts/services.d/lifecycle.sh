# shellcheck shell=bash
# Starting, sharing and stopping, for scripts/services. The state of a service NAME is in
# .services/NAME/: `work` (the path of its data), `env` (its variables), `container` (under Docker) and
# `users/`: a file `up`, and one for each `run` that uses it, named by its process id. A service is
# stopped when its last user has ended.
#
# Each service has functions: NAME_find sets `programs` to the directory of its programs, or fails;
# NAME_start WORK, NAME_ready WORK, NAME_pid WORK, NAME_stop WORK; NAME_mark WORK prints a part of its
# command line; NAME_env WORK prints its variables.

# with_lock runs a command under the lock of this checkout's services.
with_lock() {
    mkdir -p "$state"
    if command -v flock >/dev/null; then
        (flock 9 && "$@" 9>&-) 9>"$state/lock"
    else
        "$@"
    fi
}

# variable_of prints the name of the variable with a service's URL.
variable_of() { echo "TEST_$(echo "$1" | tr '[:lower:]' '[:upper:]')_URL"; }

# is_given succeeds if the environment has the URL of an external service.
is_given() {
    local variable value
    variable=$(variable_of "$1")
    value=${!variable:-}
    [ -n "$value" ] && ! grep -qsF "'$value'" "$state/$1/env"
}

is_up() {
    local work
    if [ -f "$state/$1/container" ]; then
        docker_runs "$1"
    elif work=$(cat "$state/$1/work" 2>/dev/null); then
        is_process "$("$1_pid" "$work")" "$("$1_mark" "$work")"
    else
        return 1
    fi
}

# acquire USER NAMES... starts the services if needed and registers the user.
acquire() {
    local user=$1 name missing=()
    shift
    for name in "$@"; do
        is_given "$name" || is_up "$name" || "${name}_find" || missing+=("$name")
        mapfile -t -O ${#missing[@]} missing < <(besides "$name")
    done
    [ ${#missing[@]} -eq 0 ] || get_programs "${missing[@]}"
    for name in "$@"; do
        if is_given "$name"; then
            note "$name: $(variable_of "$name") is set, that one is used"
            continue
        fi
        is_up "$name" || start "$name"
        : >"$state/$name/users/$user"
    done
    write_env
}

# start starts one service; if its port was taken in the meantime it tries another one.
start() {
    local name=$1 work attempt
    for attempt in 1 2 3; do
        stop "$name"
        mkdir -p "$state/$name/users" "$state/log"
        if ! "${name}_find"; then
            docker_start "$name"
            return
        fi
        work=$(new_directory "$name")
        echo "$work" >"$state/$name/work"
        if "${name}_start" "$work" && wait_until 90 is_settled "$name" "$work" && is_up "$name"; then
            (umask 077 && "${name}_env" "$work" >"$state/$name/env")
            note "$name: started, process $("${name}_pid" "$work")"
            return
        fi
        grep -qsiE 'address already in use|eaddrinuse' "$work/log" || break
        note "$name: its port was taken, trying another (attempt $attempt)"
    done
    note "$name did not start"
    show_log "$work/log"
    stop "$name"
    exit 1
}

# is_settled succeeds if a service is ready or has ended, so that waiting is over.
is_settled() { "$1_ready" "$2" || ! is_up "$1"; }

# new_directory creates the directory for a service's data. For root it is outside of the checkout, where the
# user that PostgreSQL runs as has access.
new_directory() {
    if [ "$(id -u)" -eq 0 ]; then
        mktemp -d "/var/tmp/messenger-$1.XXXXXX"
    else
        mkdir -p "$state/$1/data" && echo "$state/$1/data"
    fi
}

# stop stops one service and deletes its data; its log remains in .services/log.
stop() {
    local name=$1 work
    if [ -f "$state/$name/container" ]; then
        docker_stop "$name"
    elif work=$(cat "$state/$name/work" 2>/dev/null); then
        "${name}_stop" "$work"
        cp "$work/log" "$state/log/$name.log" 2>/dev/null || true
        rm -rf "$work"
    fi
    rm -rf "${state:?}/$name"
}

# release USER removes a user, and those whose processes have ended, and stops services without users.
release() {
    local name user
    for name in "${all_services[@]}"; do
        [ -d "$state/$name" ] || continue
        rm -f "$state/$name/users/$1"
        for user in "$state/$name/users"/[0-9]*; do
            is_process "${user##*/}" services || rm -f "$user"
        done
        [ -n "$(ls "$state/$name/users")" ] || stop "$name"
    done
    write_env
}

stop_all() {
    local name
    for name in "${all_services[@]}"; do stop "$name"; done
    rm -f "$state/env"
}

# variables_of prints the variables of the running services, one `export` a line.
variables_of() {
    local name
    for name in "$@"; do
        if ! is_given "$name"; then
            [ ! -f "$state/$name/env" ] || cat "$state/$name/env"
        elif [ "$name" = postgres ] && [ -z "${TEST_POSTGRES_BIN:-}" ] && postgres_find; then
            echo "export TEST_POSTGRES_BIN='$programs'"
        fi
    done
}

# write_env writes the variables of all running services to .services/env.
write_env() {
    (umask 077 && variables_of "${all_services[@]}" >"$state/env.new")
    if [ -s "$state/env.new" ]; then mv "$state/env.new" "$state/env"; else rm -f "$state/env.new" "$state/env"; fi
}

status_all() {
    local name users
    for name in "${all_services[@]}"; do
        if is_given "$name"; then
            echo "$name: named by $(variable_of "$name")"
        elif is_up "$name"; then
            users=$(ls "$state/$name/users")
            echo "$name: $(sed -n "s/.*_URL='.*@\{0,1\}\(127[^/]*\).*/\1/p" "$state/$name/env"), used by: ${users//$'\n'/ }"
        else
            echo "$name: not running"
        fi
    done
}
