package config

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var knownApps = []string{"api", "auth", "cache", "throttling"}

// compareContent compares types that cmp does not look into by default.
var compareContent = cmp.Options{
	cmp.Comparer(func(a, b Secret) bool { return a.Reveal() == b.Reveal() }),
	cmp.Comparer(func(a, b URL) bool { return text(a.Reveal()) == text(b.Reveal()) }),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
}

func text(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.String()
}

func secret(text string) Secret { return Secret{&text} }

func address(t *testing.T, text string) URL {
	t.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return URL{parsed}
}

func load(t *testing.T, environ ...string) Config {
	t.Helper()
	c, err := Load(environ, knownApps)
	if err != nil {
		t.Fatalf("Load(%q):\n%v", environ, err)
	}
	return c
}

func defaults() Config {
	return Config{
		Server: Server{Host: "0.0.0.0", Port: 8080, TrustedProxies: Proxies{
			netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"),
		}},
		Database: Database{DataDir: "./data", SSLMode: "prefer", PoolSize: 10},
		Sessions: Sessions{Header: "Authorization", Scheme: "session_id", Lifetime: time.Hour},
		Limits:   Limits{RequestsPerSecond: 100, LoginsPerMinute: 30, SearchesPerMinute: 120, MessageMaxBytes: 65536},
		Cache:    Cache{Type: CacheMemory, MaxBytes: 67108864},
		Queue:    Queue{Port: 5672, Consumers: 4},
		Search:   Search{ResultTTL: time.Hour, MaxResults: 1000, ConsumerPort: 8081},
		Traces: Traces{
			Protocol: "http/protobuf", Compression: "none", Timeout: 10000, Sampler: "parentbased_always_on", SamplerArgument: 1,
			ScheduleDelay: 5000, ExportTimeout: 30000, MaxQueueSize: 2048, MaxExportBatchSize: 512,
		},
	}
}

func TestDefaults(t *testing.T) {
	t.Setenv("PORT", "1") // of the process, not of the environment that is given
	var empty, repeated []string
	for _, s := range settings() {
		empty = append(empty, s.name+"=")
		if s.defaultValue != "" {
			repeated = append(repeated, s.name+"="+s.defaultValue)
		}
	}
	for name, environ := range map[string][]string{
		"nothing": nil, "all empty": empty, "defaults repeated": repeated, "strangers": {"HOME=/x", "=C:=C:", "port=1", "0_=x", "PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(defaults(), load(t, environ...), compareContent); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEverySetting(t *testing.T) {
	got := load(t, "HOST=[::1]", "PORT=0", "WORKERS_NUM=4", "SHUTDOWN_DELAY=5m",
		"TRUSTED_PROXIES=10.1.2.3/8, ::ffff:192.0.2.1,2001:db8::/32", "CORS_ORIGINS=HTTPS://Chat.example:443,http://[::1]:8080",
		"APPS=api, throttling", "AUTH_DISABLED=yes", "DATA_DIR=/srv/data",
		"POSTGRES_HOSTS=db-1.example, db_2:6432,[::1],[2001:db8::1]:6433,/run/postgresql", "POSTGRES_USER=u@server", "POSTGRES_PWD= p=w ",
		"POSTGRES_DB=chats", "POSTGRES_SSLMODE=verify-full", "POOL_SIZE=1000", "ECHO_DB=1", "AUTH_HEADER=x-session",
		"AUTH_TOKEN_TYPE=Bearer", "AUTH_TOKEN_LIFETIME=87600h", "AUTH_HIDE_ACCOUNTS=on", "THROTTLING_RPS=1000000",
		"THROTTLING_AUTH_RPM=1", "THROTTLING_SEARCH_RPM=2", "MESSAGE_MAX_BYTES=262144", "CACHE_TYPE=redis", "REDIS_URL=rediss://:p%2Fw@cache:6380/1",
		"REDIS_PWD=p/w", "CACHE_MAX_BYTES=1048576", "RMQ_HOST=mq", "RMQ_PORT=5673", "RMQ_USER=guest", "RMQ_PASSWORD=pw", "CONSUMER_POOL_SIZE=1",
		"SEARCH_RESULT_TTL=1m", "SEARCH_MAX_RESULTS=10000", "CONSUMER_PORT=0",
		"LOG_LEVEL=error", "LOG_FORMAT=json", "DEBUG=y")
	want := Config{
		Server: Server{Host: "::1", Workers: 4, ShutdownDelay: 5 * time.Minute, TrustedProxies: Proxies{
			netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::/32"),
		}, CORSOrigins: Origins{"https://chat.example", "http://[::1]:8080"}},
		Apps: Apps{Names: Names{"api", "throttling"}, AuthDisabled: true},
		Database: Database{DataDir: "/srv/data", Hosts: HostPorts{
			{"db-1.example", 5432}, {"db_2", 6432}, {"::1", 5432}, {"2001:db8::1", 6433}, {"/run/postgresql", 5432},
		}, User: "u@server", Password: secret(" p=w "), Name: "chats", SSLMode: "verify-full", PoolSize: 1000, Echo: true},
		Sessions: Sessions{Header: "X-Session", Scheme: "Bearer", Lifetime: 87600 * time.Hour, HideAccounts: true},
		Limits:   Limits{RequestsPerSecond: 1000000, LoginsPerMinute: 1, SearchesPerMinute: 2, MessageMaxBytes: 262144},
		Cache:    Cache{Type: CacheRedis, URL: RedisURL{URL: address(t, "rediss://:p%2Fw@cache:6380/1")}, MaxBytes: 1048576, Password: secret("p/w")},
		Queue:    Queue{Host: "mq", Port: 5673, User: "guest", Password: secret("pw"), Consumers: 1},
		Search:   Search{ResultTTL: time.Minute, MaxResults: 10000, ConsumerPort: 0},
		Log:      Log{Level: 8, Format: "json", Debug: true},
		Traces:   defaults().Traces,
	}
	if diff := cmp.Diff(want, got, compareContent); diff != "" {
		t.Error(diff)
	}
}

// The documented minimum and maximum of each setting are accepted.
func TestBoundsAreAccepted(t *testing.T) {
	for _, s := range settings() {
		for _, bound := range []string{s.min, s.max} {
			if _, err := Load([]string{s.name + "=" + bound}, knownApps); err != nil && strings.Contains(err.Error(), s.name+": ") {
				t.Error(err)
			}
		}
	}
}

func TestLastEntryCounts(t *testing.T) {
	for _, c := range []struct {
		environ []string
		port    int
	}{
		{[]string{"PORT=1", "PORT=2"}, 2},
		{[]string{"PORT=bad", "PORT=2"}, 2},
		{[]string{"PORT=1", "PORT="}, 8080},
	} {
		if got := load(t, c.environ...).Server.Port; got != c.port {
			t.Errorf("%q: port %d, want %d", c.environ, got, c.port)
		}
	}
}

func TestNoTrustedProxies(t *testing.T) {
	if got := load(t, "TRUSTED_PROXIES=none").Server.TrustedProxies; len(got) != 0 {
		t.Errorf("none trusts %v", got)
	}
}
