# shellcheck shell=bash
# Containers, for scripts/services, where neither the programs nor apt-get are available.

docker_works() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }
docker_runs() { [ "$(docker inspect --format '{{.State.Running}}' "$(cat "$state/$1/container")" 2>/dev/null)" = true ]; }
docker_stop() { docker rm --force --volumes "$(cat "$state/$1/container")" >/dev/null || true; }

docker_start() {
    local name=$1 image port password options=() arguments=()
    docker_works || fail "$name: its programs are not here, nor is Docker"
    password=$(random_word)
    case $name in
    postgres)
        image=postgres:15 port=5432
        options=(-e POSTGRES_USER=messenger -e "POSTGRES_PASSWORD=$password" -e POSTGRES_DB=messenger)
        arguments=(-c max_connections=200)
        ;;
    redis) image=redis:7 port=6379 ;;
    rabbitmq) image=rabbitmq:3 port=5672 ;;
    esac
    docker run --detach --publish "127.0.0.1::$port" ${options[@]+"${options[@]}"} "$image" \
        ${arguments[@]+"${arguments[@]}"} >"$state/$name/container"
    port=$(docker port "$(cat "$state/$name/container")" "$port/tcp" | sed -n '1s/.*://p')
    if ! wait_until 90 docker_ready "$name"; then
        note "$name did not start"
        docker logs --tail 25 "$(cat "$state/$name/container")" >&2
        stop "$name"
        exit 1
    fi
    (umask 077 && docker_env "$name" "$port" "$password" >"$state/$name/env")
    note "$name: started in a container"
    [ "$name" != postgres ] || note "postgres: TEST_POSTGRES_BIN is not set: what needs PostgreSQL's programs fails"
}

# docker_ready checks within the container; PostgreSQL's image listens on TCP only after its initialization.
docker_ready() {
    local container
    container=$(cat "$state/$1/container")
    case $1 in
    postgres) docker exec "$container" pg_isready --host=127.0.0.1 --username=messenger ;;
    redis) docker exec "$container" redis-cli ping ;;
    rabbitmq) docker exec "$container" rabbitmq-diagnostics --quiet check_port_connectivity ;;
    esac
} >/dev/null 2>&1

docker_env() {
    case $1 in
    postgres) echo "export TEST_POSTGRES_URL='postgres://messenger:$3@127.0.0.1:$2/messenger?sslmode=disable'" ;;
    redis) echo "export TEST_REDIS_URL='redis://127.0.0.1:$2/0'" ;;
    rabbitmq) echo "export TEST_RABBITMQ_URL='amqp://guest:guest@127.0.0.1:$2/'" ;;
    esac
}
