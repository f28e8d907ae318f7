package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	controlled  = "contains a control character, such as the carriage return of a file with CRLF line ends"
	redisForm   = "must be a URL, redis:// or rediss:// or redis+sentinel:// or rediss+sentinel://[user:password@]host[:port][/number of a database], with special characters of the password percent-encoded"
	rmqForm     = "must be a URL, amqp:// or amqps://[user:password@]host[:port][/vhost][?parameters], with special characters of the password percent-encoded"
	hostsForm   = "POSTGRES_HOSTS: must be a list of host:port, IPv6 in brackets, or an absolute path"
	proxiesForm = "TRUSTED_PROXIES: must be none or a list of addresses and networks such as 10.0.0.7,10.1.0.0/16"
	originsForm = "CORS_ORIGINS: must be a list of origins, scheme://host or scheme://host:port without a path"
	switchForm  = "must be on (1, true, yes, y, on) or off (0, false, no, n, off)"
)

func TestValuesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ entry, want string }{
		{"HOST=a b", `HOST: must be a host name or an IP address, not "a b"`},
		{"HOST=[db]", `HOST: must be a host name or an IP address, not "[db]"`},
		{"HOST=fe80::1%eth0", `HOST: must be a host name or an IP address, not "fe80::1%eth0"`},
		{"PORT=65536", `PORT: must be a whole number from 0 to 65535, not "65536"`},
		{"PORT=-1", `PORT: must be a whole number from 0 to 65535, not "-1"`},
		{"PORT=http", `PORT: must be a whole number from 0 to 65535, not "http"`},
		{"PORT=80 ", `PORT: must be a whole number from 0 to 65535, not "80 "`},
		{"WORKERS_NUM=many", `WORKERS_NUM: must be a whole number from 1 to 1000000, not "many"`},
		{"POOL_SIZE=1", `POOL_SIZE: must be a whole number from 2 to 1000, not "1"`},
		{"POOL_SIZE=1001", `POOL_SIZE: must be a whole number from 2 to 1000, not "1001"`},
		{"POOL_SIZE=99999999999999999999", `POOL_SIZE: must be a whole number from 2 to 1000, not "99999999999999999999"`},
		{"SEARCH_RESULT_TTL=59s", `SEARCH_RESULT_TTL: must be a duration, such as 90s or 1h30m, from 1m to 24h, not "59s"`},
		{"SEARCH_MAX_RESULTS=10001", `SEARCH_MAX_RESULTS: must be a whole number from 1 to 10000, not "10001"`},
		{"CONSUMER_PORT=65536", `CONSUMER_PORT: must be a whole number from 0 to 65535, not "65536"`},
		{"CONSUMER_POOL_SIZE=0", `CONSUMER_POOL_SIZE: must be a whole number from 1 to 1000, not "0"`},
		{"RMQ_PORT=0", `RMQ_PORT: must be a whole number from 1 to 65535, not "0"`},
		{"RMQ_HOST=mq:5672", `RMQ_HOST: must be a host name or an IP address, not "mq:5672"`},
		{"THROTTLING_RPS=0", `THROTTLING_RPS: must be a whole number from 1 to 1000000, not "0"`},
		{"THROTTLING_AUTH_RPM=1000001", `THROTTLING_AUTH_RPM: must be a whole number from 1 to 1000000, not "1000001"`},
		{"MESSAGE_MAX_BYTES=262145", `MESSAGE_MAX_BYTES: must be a whole number from 1 to 262144, not "262145"`},
		{"AUTH_TOKEN_LIFETIME=999ms", `AUTH_TOKEN_LIFETIME: must be a duration, such as 90s or 1h30m, from 1s to 87600h, not "999ms"`},
		{"AUTH_TOKEN_LIFETIME=87600h1s", `AUTH_TOKEN_LIFETIME: must be a duration, such as 90s or 1h30m, from 1s to 87600h, not "87600h1s"`},
		{"AUTH_TOKEN_LIFETIME=3600", `AUTH_TOKEN_LIFETIME: must be a duration, such as 90s or 1h30m, from 1s to 87600h, not "3600"`},
		{"SHUTDOWN_DELAY=301s", `SHUTDOWN_DELAY: must be a duration, such as 90s or 1h30m, from 0s to 5m, not "301s"`},
		{"SHUTDOWN_DELAY=-1s", `SHUTDOWN_DELAY: must be a duration, such as 90s or 1h30m, from 0s to 5m, not "-1s"`},
		{"LOG_LEVEL=INFO+2", `LOG_LEVEL: must be one of debug, info, warn, error, not "INFO+2"`},
		{"LOG_FORMAT=xml", `LOG_FORMAT: must be one of text, json, not "xml"`},
		{"CACHE_TYPE=Redis", `CACHE_TYPE: must be one of memory, redis, not "Redis"`},
		{"POSTGRES_SSLMODE=on", `POSTGRES_SSLMODE: must be one of disable, allow, prefer, require, verify-ca, verify-full, not "on"`},
		{"DEBUG=2", "DEBUG: " + switchForm + `, not "2"`},
		{"AUTH_HEADER=X Y", `AUTH_HEADER: must be the name of an HTTP header, not "X Y"`},
		{"AUTH_HEADER=cookie", `AUTH_HEADER: must be a header without another use, not "cookie"`},
		{"AUTH_HEADER=X-REQUEST-ID", `AUTH_HEADER: must be a header without another use, not "X-REQUEST-ID"`},
		{"AUTH_HEADER=content-length", `AUTH_HEADER: must be a header without another use, not "content-length"`},
		{"AUTH_HEADER=X-Forwarded-For", `AUTH_HEADER: must be a header without another use, not "X-Forwarded-For"`},
		{"AUTH_TOKEN_TYPE=two words", "AUTH_TOKEN_TYPE: must be one word of letters, digits and !#$%&'*+-.^_`|~" + `, not "two words"`},
		{"POSTGRES_HOSTS=::1", hostsForm + `, not "::1"`},
		{"POSTGRES_HOSTS=[db]:1", hostsForm + `, not "[db]:1"`},
		{"POSTGRES_HOSTS=db:", hostsForm + `, not "db:"`},
		{"POSTGRES_HOSTS=db:0", hostsForm + `, not "db:0"`},
		{"POSTGRES_HOSTS=ok,d/b:+1", hostsForm + `, not "d/b:+1"`},
		{"POSTGRES_HOSTS=a,,b", `POSTGRES_HOSTS: must be a comma-separated list without empty elements, not "a,,b"`},
		{"POSTGRES_HOSTS=postgres://me:hush,hush@db/x", hostsForm + "\n" + hostsForm},
		{"TRUSTED_PROXIES=10.0.0.0/33", proxiesForm + `, not "10.0.0.0/33"`},
		{"TRUSTED_PROXIES=none,10.0.0.1", proxiesForm + `, not "none"`},
		{"TRUSTED_PROXIES=::ffff:10.0.0.0/104", proxiesForm + `, not "::ffff:10.0.0.0/104"`},
		{"TRUSTED_PROXIES=fe80::1%eth0", proxiesForm + `, not "fe80::1%eth0"`},
		{"CORS_ORIGINS=*", `CORS_ORIGINS: must name each origin; there is no wildcard, not "*"`},
		{"CORS_ORIGINS=https://a.example/", originsForm + `, not "https://a.example/"`},
		{"CORS_ORIGINS=a.example", originsForm + `, not "a.example"`},
		{"CORS_ORIGINS=https://*.example", originsForm + `, not "https://*.example"`},
		{"CORS_ORIGINS=https://a:0", originsForm + `, not "https://a:0"`},
		{"CORS_ORIGINS=https://a?b", originsForm + `, not "https://a?b"`},
		{"CORS_ORIGINS=https://me:hush@a", originsForm},
		{"CORS_ORIGINS=null", originsForm + `, not "null"`},
		{"APPS=a pi", `APPS: must be a comma-separated list of names of apps, not "a pi"`},
		{"HOST=two\nlines", "HOST: " + controlled},
		{"DATA_DIR=./data\r", "DATA_DIR: " + controlled},
		{"POSTGRES_PWD=secret\r", "POSTGRES_PWD: " + controlled},
		{"ECHO_DB=1\t", "ECHO_DB: " + controlled},
		{"AUTH_TOKEN_TYPE=a\u0085", "AUTH_TOKEN_TYPE: " + controlled},
		{"HOST=" + strings.Repeat("é", 50), `HOST: must be a host name or an IP address, not "` + strings.Repeat("é", 40) + `…"`},
		{"REDIS_URL=hush", "REDIS_URL: " + redisForm},
		{"REDIS_URL=http://:hush@cache", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://:hush@", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://:12/hush@cache", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://:12#hush@cache", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://:12?hush@cache", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://cache#hush", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://cache?Password=hush", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://cache?password=hush;x", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://me:hu%sh@cache", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://:hush@cache/99x", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://:hush@cache/-1", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://:hush@cache/2147483648", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://:hush@cache/0?foo=bar", "REDIS_URL: " + redisForm},
		{"REDIS_URL=redis://:hush@cache?", "REDIS_URL: " + redisForm},
		{"RMQ_URL=amqp://me:hush@mq:99999", "RMQ_URL: " + rmqForm},
		{"RMQ_URL=amqp://me:hush@mq/v?foo=bar", "RMQ_URL: " + rmqForm},
		{"RMQ_URL=amqp://me:hush@mq/v?heartbeat=x", "RMQ_URL: " + rmqForm},
		{"RMQ_URL=amqp://me:hush@mq/v?heartbeat=65536", "RMQ_URL: " + rmqForm},
		{"RMQ_URL=amqp://me:hush@mq/v?channel_max=-1", "RMQ_URL: " + rmqForm},
		{"RMQ_URL=amqp://me:hush@mq/v?auth_mechanism=plain&auth_mechanism=hush", "RMQ_URL: " + rmqForm},
		{"RMQ_URL=amqp://me:hush@mq/v?connection_timeout=1", "RMQ_URL: " + rmqForm},
		{"RMQ_URL=amqp://me:hush@mq/v?cacertfile=/ca.pem", "RMQ_URL: " + rmqForm},
		{"RMQ_URL=amqps://me:hush@mq/v?certfile=", "RMQ_URL: " + rmqForm},
		{"RMQ_URL=redis://mq", "RMQ_URL: " + rmqForm},
	} {
		t.Run(c.entry, func(t *testing.T) {
			wantFaults(t, c.want, c.entry, "POSTGRES_USER=u", "POSTGRES_DB=d")
		})
	}
}

func TestContradictions(t *testing.T) {
	for _, c := range []struct {
		name    string
		environ []string
		want    string
	}{
		{"unknown and repeated apps", []string{"APPS=auth,api,x,api,y"},
			"APPS: there is no app \"x\"; there are api, auth, cache, throttling\nAPPS: names api twice\n" +
				"APPS: there is no app \"y\"; there are api, auth, cache, throttling"},
		{"auth left out", []string{"APPS=api"}, "APPS: leaves out auth; name it, or set AUTH_DISABLED to serve everybody without a log-in"},
		{"auth on and off", []string{"APPS=auth", "AUTH_DISABLED=1"}, "APPS: names auth, which AUTH_DISABLED switches off; drop one of the two"},
		{"throttling on and off", []string{"APPS=auth,throttling", "NGINX_THROTTLING=1"},
			"APPS: names throttling, which NGINX_THROTTLING switches off; drop one of the two"},
		{"PostgreSQL without its account", []string{"POSTGRES_HOSTS=db"},
			"POSTGRES_USER: must be set where POSTGRES_HOSTS is\nPOSTGRES_DB: must be set where POSTGRES_HOSTS is"},
		{"no Redis", []string{"CACHE_TYPE=redis", "REDIS_PWD=hush"}, "REDIS_URL: must be set where CACHE_TYPE is redis"},
		{"two passwords", []string{"CACHE_TYPE=redis", "REDIS_URL=redis://:hush@cache", "REDIS_PWD=shhh"},
			"REDIS_PWD: is not the password in REDIS_URL; set one of the two"},
		{"two brokers", []string{"RMQ_URL=amqp://mq", "RMQ_HOST=mq"}, "RMQ_URL: is set together with RMQ_HOST; set one of the two"},
		{"an invalid setting contradicts no other", []string{"APPS=api", "AUTH_DISABLED=maybe", "CACHE_TYPE=redis", "REDIS_URL=http://:hush@cache", "REDIS_PWD=shhh"},
			"AUTH_DISABLED: " + switchForm + ", not \"maybe\"\nREDIS_URL: " + redisForm},
		{"all at once", []string{"RMQ_HOST=mq", "RMQ_URL=amqp://mq", "APPS=api", "PORT=x", "DEBUG=z"},
			"PORT: must be a whole number from 0 to 65535, not \"x\"\nDEBUG: " + switchForm + ", not \"z\"\n" +
				"APPS: leaves out auth; name it, or set AUTH_DISABLED to serve everybody without a log-in\n" +
				"RMQ_URL: is set together with RMQ_HOST; set one of the two"},
	} {
		t.Run(c.name, func(t *testing.T) { wantFaults(t, c.want, c.environ...) })
	}
}

func TestNoContradiction(t *testing.T) {
	for name, environ := range map[string][]string{
		"PostgreSQL's settings unused": {"POSTGRES_USER=u", "POSTGRES_PWD=hush", "POSTGRES_SSLMODE=require"},
		"Redis unused":                 {"REDIS_URL=redis://:hush@cache", "REDIS_PWD=shhh"},
		"RMQ_USER with RMQ_URL":        {"RMQ_URL=amqp://mq", "RMQ_USER=u", "RMQ_PORT=1"},
		"the same password twice":      {"CACHE_TYPE=redis", "REDIS_URL=redis://:p%40w@cache", "REDIS_PWD=p@w"},
		"a URL without a password":     {"CACHE_TYPE=redis", "REDIS_URL=redis://cache", "REDIS_PWD=hush"},
		"auth disabled":                {"APPS=api", "AUTH_DISABLED=1"},
		"off is off":                   {"APPS=auth,throttling", "AUTH_DISABLED=off", "NGINX_THROTTLING=0"},
	} {
		t.Run(name, func(t *testing.T) { load(t, environ...) })
	}
}

func wantFaults(t *testing.T, want string, environ ...string) {
	t.Helper()
	_, err := Load(environ, knownApps)
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatalf("error %v, want Faults", err)
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != len(faults) {
		t.Errorf("%d lines for %d faults", lines, len(faults))
	}
}
