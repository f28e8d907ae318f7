#!/bin/sh
# Writes the parts of the configuration that a template can't: the header that carries the session, and the proxies
# whose X-Forwarded-For is trusted.
set -eu

header=$(printf %s "${AUTH_HEADER:-Authorization}" | tr 'A-Z-' 'a-z_')
{
    echo '# Anything but the form of a session is none, so that nobody fills the table of sessions with long keys.'
    echo "map \$http_$header \$session {"
    echo '    default "";'
    # shellcheck disable=SC2016 # the dollars are nginx's
    echo '    "~^\S+ +(?<secret>[0-9a-fA-F-]{32,36})$" $secret;'
    echo '}'
    if [ -n "${NGINX_TRUSTED_PROXIES:-}" ]; then
        echo 'real_ip_header X-Forwarded-For;'
        echo 'real_ip_recursive on;'
        echo "$NGINX_TRUSTED_PROXIES" | tr ',' '\n' | sed -n 's/^ *\([^ ]\{1,\}\) *$/set_real_ip_from \1;/p'
    fi
} >/tmp/settings.conf
