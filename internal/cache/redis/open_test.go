package redis_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/redis"
)

func TestUnfitServers(t *testing.T) {
	for _, test := range []struct{ version, mode, want string }{
		{"6.2.14", "standalone", `Redis 7 or newer is needed, and it is "6.2.14"`},
		{"5.0", "standalone", `Redis 7 or newer is needed, and it is "5.0"`},
		{"strange", "standalone", `Redis 7 or newer is needed, and it is "strange"`},
		{"7.2.4", "cluster", "Redis Cluster"},
	} {
		c, err := redis.Open(redis.Options{URL: fakeServer(t, test.version, test.mode, "master")})
		if err == nil {
			_ = c.Close()
			t.Errorf("%s %s was opened", test.version, test.mode)
		} else if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s: %v; want: %s", test.version, test.mode, err, test.want)
		}
	}
}

func TestFitServers(t *testing.T) {
	for _, version := range []string{"7.0.0", "7.4.1", "8.2", "10.0.1"} {
		c, lines := open(t, fakeServer(t, version, "standalone", "master"), patient)
		set(t, c, "key", "value")
		if lines.String() != "" {
			t.Errorf("version %s:\n%s", version, lines)
		}
	}
}

func TestReplicaIsWaitedFor(t *testing.T) {
	_, lines := open(t, fakeServer(t, "7.0.0", "standalone", "replica"))
	if lines.Has("can't be written to") != 1 {
		t.Errorf("the log does not say that it is a replica:\n%s", lines)
	}
}

func TestServerThatIsNoRedis(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	_, lines := open(t, &url.URL{Scheme: "redis", Host: web.Listener.Addr().String()}, hasty)
	if lines.Has(logLost) != 1 {
		t.Errorf("the log does not say that it can't be used:\n%s", lines)
	}
}

func TestAddresses(t *testing.T) {
	for _, address := range []string{"http://:hush@cache", "redis://:hush@", "redis://:hush@cache/one", "redis://:hush@cache/-1", "redis://:hush@cache/1/2"} {
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		c, err := redis.Open(redis.Options{URL: parsed})
		if err == nil {
			_ = c.Close()
			t.Errorf("%s was opened", address)
		} else if strings.Contains(err.Error(), "hush") {
			t.Errorf("the password is in the error %q", err)
		}
	}
}

func TestDatabaseOfTheURL(t *testing.T) {
	server := cachetest.StartServer(t)
	address := server.URL()
	address.Path = "/3"
	c, _ := open(t, address, patient)
	set(t, c, "key", "value")
	look := dial(t, server)
	for _, step := range []struct{ command, want string }{
		{"DBSIZE", ":0"}, {"SELECT 3", "+OK"}, {"EXISTS key", ":1"},
	} {
		if got := look.ask(step.command); got != step.want {
			t.Errorf("%s = %s, want %s", step.command, got, step.want)
		}
	}
}

func TestCloseTwiceAndWhileDown(t *testing.T) {
	up, _ := open(t, cachetest.RedisURL(t))
	down, _ := open(t, &url.URL{Scheme: "redis", Host: "127.0.0.1:1"}, hasty)
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	silent, _ := open(t, proxy.URL(cachetest.RedisURL(t)), patient, func(o *redis.Options) { o.HeartbeatInterval = time.Millisecond })
	proxy.Swallow()
	connecting, _ := open(t, proxy.URL(cachetest.RedisURL(t)), hasty, func(o *redis.Options) { o.ConnectTimeout = 50 * time.Millisecond })
	for _, c := range []*redis.Cache{up, down, silent, connecting} {
		for range 2 {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
		if c.Settled() {
			t.Error("settled after Close")
		}
	}
}
