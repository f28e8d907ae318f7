# shellcheck shell=bash
# The parts of deploy/test/run that need the image of an earlier version as well.

readonly earlier=messenger-api:deploy-test-earlier

# earlier_version prints the commit to upgrade from: UPGRADE_FROM, or else that of the newest release, or nothing without
# a release.
earlier_version() {
    local line version commit
    if [ -n "${UPGRADE_FROM:-}" ]; then
        git rev-parse --verify --quiet "$UPGRADE_FROM^{commit}" || fail "UPGRADE_FROM=$UPGRADE_FROM is no commit"
        return
    fi
    line=$(sed -e '/^#/d' -e '/^[[:space:]]*$/d' deploy/releases | tail -n 1)
    [ -n "$line" ] || return 0
    read -r version commit <<<"$line"
    git rev-parse --verify --quiet "$commit^{commit}" ||
        fail "deploy/releases: the commit of $version, '$commit', is not in this clone: fetch it whole"
}

# build_earlier builds its image with the present Dockerfile. While nothing is released it is a second build of the
# present source, so that only the replacement is tested.
build_earlier() {
    local commit version source=$work/earlier
    commit=$(earlier_version)
    if [ -z "$commit" ]; then
        say 'nothing is released yet: two builds of the present source replace each other, and no schema is upgraded'
        version=unreleased source=.
    else
        version=$commit
        mkdir -p "$source"
        git archive "$commit" | tar -x -C "$source"
    fi
    quiet docker build --file Dockerfile --build-arg VERSION="$version" --build-arg COMMIT="$version" --tag $earlier "$source"
    say "the earlier image: $(docker run --rm $earlier version)"
}

# part_upgrade upgrades from the earlier image to this one and back under load, replica by replica; the earlier one may
# have no consumer.
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

# play runs the playbook with an image and an inventory, `localhost,` or `localhost`.
play() {
    HOME=$work APP_NAME=$COMPOSE_PROJECT_NAME APP_BIND=127.0.0.1 APP_PORT=18081 CI_REGISTRY_IMAGE=$1 \
        THROTTLING_AUTH_RPM=1000 ANSIBLE_NOCOLOR=1 quiet ansible-playbook -c local -i "$2" playbook.yml
}

# unchanged checks the output of play.
unchanged() {
    grep -q ' changed=0 ' "$work/output" || { cat "$work/output" >&2 && fail 'the second run changed something'; }
}
