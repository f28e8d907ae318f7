# shellcheck shell=bash
# The parts of deploy/test/run that need the image of an earlier commit as well.

readonly earlier=messenger-api:deploy-test-earlier

# earlier_commit names UPGRADE_FROM, or else the commit before the newest migration of PostgreSQL, so that the upgrade
# changes the schema.
earlier_commit() {
    local migrations=internal/store/postgres/migrations newest
    if [ -n "${UPGRADE_FROM:-}" ]; then
        git rev-parse --short=12 "$UPGRADE_FROM"
    elif [ -n "$(git status --porcelain -- $migrations)" ]; then
        git rev-parse --short=12 HEAD
    else
        newest=$(git log -1 --format=%H -- $migrations)
        git rev-parse --short=12 "$newest^"
    fi
}

# build_earlier makes its image with the Dockerfile of today.
build_earlier() {
    local commit
    commit=$(earlier_commit) || fail 'there is no earlier commit: name one by UPGRADE_FROM'
    mkdir -p "$work/earlier"
    git archive "$commit" | tar -x -C "$work/earlier"
    quiet docker build --file Dockerfile --build-arg VERSION="$commit" --build-arg COMMIT="$commit" --tag $earlier \
        "$work/earlier"
    say "the earlier image: $(docker run --rm $earlier version)"
}

# part_upgrade goes from the earlier image to this one and back under load, replica by replica; the earlier one may know
# no consumer.
part_upgrade() {
    build_earlier
    quiet compose down --volumes
    MESSENGER_IMAGE=$earlier bring_up nginx
    start_load -strict
    quiet deploy/rolling-update "${files[@]}"
    quiet compose up --detach --no-build --wait consumer
    stop_load
    say 'upgraded under load, and no request failed'
    walk "$url"
    quiet compose rm --stop --force consumer
    start_load -strict
    MESSENGER_IMAGE=$earlier quiet deploy/rolling-update "${files[@]}"
    stop_load
    say 'went back under load, and no request failed'
    walk -search=false "$url"
    bring_up
}

# part_playbook runs the playbook with the earlier image and with this one; each second run changes nothing.
part_playbook() {
    local url=http://127.0.0.1:18081
    [ -n "$(docker images --quiet $earlier)" ] || build_earlier
    play $earlier localhost,
    start_load
    end_load
    play $earlier localhost
    unchanged
    play $image localhost,
    docker inspect --format '{{.Config.Image}}' "$COMPOSE_PROJECT_NAME-app" | grep -qxF $image ||
        fail 'the image did not change'
    verify
    play $image localhost
    unchanged
    say 'the playbook kept the data over a change of image, and each second run changed nothing'
}

# play runs the playbook with an image, and an inventory with or without the comma.
play() {
    HOME=$work APP_NAME=$COMPOSE_PROJECT_NAME APP_BIND=127.0.0.1 APP_PORT=18081 CI_REGISTRY_IMAGE=$1 \
        THROTTLING_AUTH_RPM=1000 ANSIBLE_NOCOLOR=1 quiet ansible-playbook -c local -i "$2" playbook.yml
}

# unchanged looks at what play left.
unchanged() {
    grep -q ' changed=0 ' "$work/output" || { cat "$work/output" >&2 && fail 'the second run changed something'; }
}
