# shellcheck shell=bash
# The parts of deploy/test/run that need one image.

# part_alone runs only the image, with a read-only file system, and again with the same data.
part_alone() {
    local from alone=$COMPOSE_PROJECT_NAME-alone url=http://127.0.0.1:18082
    docker volume create "$alone" >/dev/null
    from=$(milliseconds)
    run_alone
    answers "$url/ping"
    say "cold start on an empty volume: /ping after $(($(milliseconds) - from)) ms"
    answers "$url/ping_db"
    say "cold start on an empty volume: /ping_db after $(($(milliseconds) - from)) ms"
    start_load
    end_load
    docker rm --force "$alone" >/dev/null
    run_alone
    answers "$url/ping_db"
    verify
    docker cp "$alone:/usr/share/doc/messenger-api/NOTICE" "$work/NOTICE" >/dev/null
    cmp "$work/NOTICE" internal/words/dictionary/NOTICE || fail 'the image lacks the notices of the dictionaries'
    docker inspect --format '{{.State.Health.Status}}' "$alone" | grep -qE '^(starting|healthy)$' ||
        fail 'it is not healthy'
    docker rm --force "$alone" >/dev/null
}

run_alone() {
    docker run --detach --name "$alone" --publish 127.0.0.1:18082:8080 --volume "$alone:/data" \
        --env THROTTLING_AUTH_RPM=1000 --read-only --tmpfs /tmp --cap-drop ALL "$image" >/dev/null
}

# part_set starts the complete set, and calls every operation of the API by nginx.
part_set() {
    local containers published
    bring_up
    walk "$url"
    mapfile -t containers < <(compose ps --quiet)
    say "memory: $(docker stats --no-stream --format '{{.Name}} {{.MemUsage}}' "${containers[@]}" |
        sed "s/^$COMPOSE_PROJECT_NAME-//; s, /.*,," | paste -sd ,)"
    published=$(compose ps --format '{{.Service}} {{.Ports}}' | grep -e '->' | cut -d ' ' -f 1)
    [ "$published" = nginx ] || fail "not nginx alone is published: $published"
}

# part_faults kills and restarts one part after another under load.
part_faults() {
    local service replica
    bring_up
    start_load
    replica=$(compose ps --quiet messenger | head -n 1)
    docker kill "$replica" >/dev/null
    sleep 5
    docker start "$replica" >/dev/null
    say 'a replica was killed, and is started again'
    for service in redis rabbitmq postgres; do
        quiet compose kill "$service"
        sleep 5
        quiet compose up --detach --no-build --no-deps --no-recreate --wait "$service"
        answers "$url/ping_db"
        say "$service was killed, and is started again"
    done
    stop_load
    walk "$url"
}

# part_rolling replaces the replicas under load; no request may fail.
part_rolling() {
    bring_up
    start_load -strict
    quiet deploy/rolling-update "${files[@]}"
    stop_load
    say 'all replicas were replaced, and no request failed'
}

# part_limits tests throttling by nginx.
part_limits() {
    local answer i
    NGINX_THROTTLING=1 THROTTLING_RPS=5 bring_up
    for ((i = 0; i < 30; i++)); do
        answer=$(curl --silent --include --noproxy '*' "$url/v1/chats")
        ! grep -q ' 429 ' <<<"$answer" || break
    done
    grep -qi '^Retry-After: 1' <<<"$answer" || fail "no Retry-After: $answer"
    grep -q '^{"message":"request-limit-exceeded"}' <<<"$answer" || fail "not the contract's body: $answer"
    for ((i = 0; i < 30; i++)); do
        curl --fail --silent --output /dev/null --noproxy '*' "$url/ping" || fail '/ping is limited'
    done
    say "nginx refuses with 429, and /ping is free"
    bring_up
}
