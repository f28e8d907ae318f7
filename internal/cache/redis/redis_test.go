package redis_test

import (
	"context"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"go.uber.org/goleak"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/testkit/await"
	"messenger-api/internal/testkit/logtext"
)

func TestMain(m *testing.M) {
	// toxiproxy leaks goroutines when a toxic is removed while its connection is closed.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2/toxics.(*ToxicStub).Run"),
		goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2.(*ToxicLink).read"),
		goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2.(*ToxicLink).write"))
}

func TestSuite(t *testing.T) {
	cachetest.Run(t, func(t testing.TB) cache.Cache {
		c, _ := open(t, cachetest.RedisURL(t), patient)
		return c
	})
}

// patient sets long timeouts, so that calls don't fail on a busy machine.
func patient(o *redis.Options) {
	o.ReadTimeout, o.WriteTimeout, o.IdleTimeout, o.ConnectTimeout = 20*time.Second, 20*time.Second, 20*time.Second, 20*time.Second
}

// hasty sets long timeouts, and short intervals for retries and settling.
func hasty(o *redis.Options) {
	patient(o)
	o.SettleTime, o.HeartbeatInterval = time.Millisecond, 10*time.Millisecond
}

// open opens a cache, which is closed with the test, and returns its log.
func open(t testing.TB, address *url.URL, choose ...func(*redis.Options)) (*redis.Cache, *logtext.Lines) {
	t.Helper()
	lines := &logtext.Lines{}
	options := redis.Options{URL: address, Logger: slog.New(slog.NewTextHandler(lines, nil))}
	for _, f := range choose {
		f(&options)
	}
	c, err := redis.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { await.Return(t, "Close returns", func() { _ = c.Close() }) })
	return c, lines
}

const (
	logLost  = "Redis is out of reach"
	logStill = "Redis is still out of reach"
	logFound = "Redis is in reach again"
)

// set sets a value and fails the test on an error.
func set(t testing.TB, c cache.Cache, key, value string) {
	t.Helper()
	if err := c.Set(context.WithoutCancel(t.Context()), key, []byte(value), time.Hour); err != nil {
		t.Fatalf("Set: %v", err)
	}
}

// errorOfGet returns the error of a read, if any.
func errorOfGet(t testing.TB, c cache.Cache) error {
	t.Helper()
	_, _, err := c.Get(t.Context(), "key")
	return err
}
