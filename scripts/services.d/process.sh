# shellcheck shell=bash
# Ports, processes and messages, for scripts/services.

note() { echo "services: $*" >&2; }

fail() {
    note "$*"
    exit 1
}

# answers succeeds if something listens on a port of the loopback address.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port prints a free port below the range of ephemeral ports.
free_port() {
    local port
    while :; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        answers "$port" || break
    done
    echo "$port"
}

# random_word prints 128 random bits as hexadecimal digits.
random_word() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# is_process succeeds if the process $1 runs and has $2 in its command line: the process id may have been
# reused by another program.
is_process() {
    local line
    [ -n "$1" ] || return 1
    if [ -d /proc/self ]; then
        line=$(tr '\0' ' ' <"/proc/$1/cmdline") || return 1
    else
        line=$(ps -ww -o args= -p "$1") || return 1
    fi
    case $line in *"$2"*) return 0 ;; *) return 1 ;; esac
} 2>/dev/null

# wait_until runs a command until it succeeds, for $1 seconds at most.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

is_gone() { ! is_process "$@"; }

# end_process sends the signal $3 to the process $1 with $2 in its command line, waits, and kills it if it
# does not end.
end_process() {
    is_process "$1" "$2" || return 0
    kill -s "$3" "$1" 2>/dev/null || true
    wait_until 30 is_gone "$1" "$2" && return 0
    note "process $1 did not stop on SIG$3, killing it"
    kill -s KILL "$1" 2>/dev/null || true
    wait_until 10 is_gone "$1" "$2"
}

# show_log prints the end of the log of a service that did not start.
show_log() {
    [ -s "$1" ] || return 0
    note "the end of its log:"
    tail -n 25 "$1" >&2
}
