# shellcheck shell=bash
# Debian's packages, for scripts/services.

# package_of prints the name of the Debian package with a service's programs.
package_of() {
    case $1 in
    postgres) echo postgresql ;;
    pgbouncer) echo pgbouncer ;;
    nginx) echo nginx ;;
    redis) echo redis-server ;;
    rabbitmq) echo rabbitmq-server ;;
    esac
}

# besides prints the packages of further programs that the tests with a service use.
besides() {
    command -v apt-get >/dev/null || return 0
    case $1 in
    postgres)
        pgbouncer_find || echo pgbouncer
        nginx_find || echo nginx
        ;;
    esac
}

pgbouncer_find() { PATH=$PATH:/usr/sbin command -v pgbouncer >/dev/null; }
nginx_find() { PATH=$PATH:/usr/sbin command -v nginx >/dev/null; }

# services_of prints the services, for which `install` brings these programs.
services_of() {
    local name
    for name in "$@"; do
        case $name in
        pgbouncer | nginx) echo postgres ;;
        *) echo "$name" ;;
        esac
    done | sort -u
}

# install_named installs the packages of the services and of what tests run beside them.
install_named() {
    local name all=()
    take_names "$@"
    for name in "${names[@]}"; do
        mapfile -t -O ${#all[@]} all < <(echo "$name" && besides "$name")
    done
    install_packages "${all[@]}"
}

# get_programs finds or installs the services' programs, or fails and prints what to do.
get_programs() {
    local services command
    mapfile -t services < <(services_of "$@")
    command="scripts/services install ${services[*]}"
    if ! command -v apt-get >/dev/null; then
        docker_works || fail "install $* or start Docker: neither their programs, nor apt-get, nor Docker are here"
    elif [ "$(id -u)" -eq 0 ]; then
        install_packages "$@"
    elif [ "${CI:-}" = true ] && sudo -n true 2>/dev/null; then
        sudo -n "$root/scripts/services" install "${services[@]}"
    else
        fail "not installed here: $*. Type: sudo $command"
    fi
}

# install_packages installs the packages of the services without starting or enabling the machine-wide
# services: only private ones are used.
install_packages() (
    local name packages=()
    [ "$(id -u)" -eq 0 ] || fail "installing needs root: sudo scripts/services install $*"
    for name in "$@"; do
        "${name}_find" || packages+=("$(package_of "$name")")
    done
    [ ${#packages[@]} -gt 0 ] || exit 0
    note "installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    trap allow_service_starts EXIT
    forbid_service_starts
    {
        apt-get -q -o DPkg::Lock::Timeout=300 update || note "apt-get update failed, going on with the lists that are here"
        apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${packages[@]}"
    } </dev/null >&2
    disable_at_boot "${packages[@]}"
)

readonly policy=/usr/sbin/policy-rc.d
readonly cluster_settings=/etc/postgresql-common/createcluster.d/messenger-services.conf

forbid_service_starts() {
    [ ! -e "$policy" ] || mv "$policy" "$policy.messenger-saved"
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    mkdir -p "${cluster_settings%/*}"
    echo 'create_main_cluster = false' >"$cluster_settings"
}

allow_service_starts() {
    rm -f "$policy" "$cluster_settings"
    [ ! -e "$policy.messenger-saved" ] || mv "$policy.messenger-saved" "$policy"
}

# disable_at_boot disables what the packages have enabled for the next boot. PostgreSQL needs nothing: without
# clusters its service starts nothing.
disable_at_boot() {
    local package
    for package in "$@"; do
        [ "$package" = postgresql ] || update-rc.d "$package" disable
        if [ "$package" = rabbitmq-server ] && command -v systemctl >/dev/null; then
            systemctl disable epmd.service epmd.socket
        fi
    done
} >&2
