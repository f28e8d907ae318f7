package redis_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/testkit/await"
)

// impatientReads sets the default timeout of reads, and long timeouts otherwise.
func impatientReads(o *redis.Options) {
	patient(o)
	o.ReadTimeout = 50 * time.Millisecond
}

// awaitDown waits until the breaker is open, and awaitUp until it is closed again.
func awaitDown(t *testing.T, c cache.Cache) {
	t.Helper()
	await.Until(t, "the breaker opens", func() bool { return errors.Is(errorOfGet(t, c), cache.ErrDown) })
}

func awaitUp(t *testing.T, c cache.Cache) {
	t.Helper()
	await.Until(t, "the breaker closes", func() bool { return errorOfGet(t, c) == nil })
}

func TestSlowReplyIsNoOutage(t *testing.T) {
	server := cachetest.StartServer(t)
	c, lines := open(t, server.URL(), impatientReads)
	server.Pause()
	calls := map[string]func() error{
		"Get":             func() error { return errorOfGet(t, c) },
		"GetMany":         func() error { _, err := c.GetMany(t.Context(), "key", "other"); return err },
		"GetClientCached": func() error { _, err := c.GetClientCached(t.Context(), time.Second, "key"); return err },
		"GetOrSet":        func() error { _, err := c.GetOrSet(t.Context(), "key", nil, time.Hour); return err },
		"Run":             func() error { _, err := c.Script("return {1}").Run(t.Context(), nil, nil); return err },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, cache.ErrSlow) {
			t.Errorf("%s while Redis does not reply: %v; want ErrSlow", name, err)
		}
	}
	server.Resume()
	for name, call := range calls {
		await.Until(t, name+" works again", func() bool { return call() == nil })
	}
	if lines.String() != "" {
		t.Errorf("slow replies were logged:\n%s", lines)
	}
}

func TestSlowConnectionIsNoOutage(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, lines := open(t, proxy.URL(cachetest.RedisURL(t)), impatientReads)
	proxy.Delay(150 * time.Millisecond)
	for range 10 {
		set(t, c, "cachetest:slow", "value")
		if err := errorOfGet(t, c); !errors.Is(err, cache.ErrSlow) {
			t.Fatalf("a read with a timeout of 50 ms over a connection that takes 150 ms: %v", err)
		}
	}
	proxy.Heal()
	awaitUp(t, c)
	if lines.String() != "" {
		t.Errorf("the breaker opened:\n%s", lines)
	}
}

func TestReconnectAfterLoss(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, lines := open(t, proxy.URL(cachetest.RedisURL(t)), hasty)
	for round := 1; round <= 3; round++ {
		proxy.Cut()
		awaitDown(t, c)
		if err := c.Set(t.Context(), "key", nil, time.Second); !errors.Is(err, cache.ErrDown) || c.Settled() {
			t.Errorf("without a connection: Set gives %v, settled is %v", err, c.Settled())
		}
		proxy.Restore()
		awaitUp(t, c)
		await.Until(t, "it is settled", c.Settled)
		if lost, found := lines.Has(logLost), lines.Has(logFound); lost != round || found != round {
			t.Fatalf("round %d: lost %d times and found %d times:\n%s", round, lost, found, lines)
		}
	}
}

// A server that was killed and comes back: one line at the beginning, one after each pause, one at the end, and the
// address once in each.
func TestLogOfAKilledServer(t *testing.T) {
	server := cachetest.StartServer(t)
	c, lines := open(t, server.URL(), hasty, func(o *redis.Options) { o.LogInterval = 50 * time.Millisecond })
	for round := 1; round <= 2; round++ {
		awaitUp(t, c)
		before := lines.Has(logStill)
		server.Kill()
		await.Until(t, "the log reminds of the outage", func() bool { return lines.Has(logStill) >= before+2 })
		if c.Refused() {
			t.Error("a server that is gone counts as one that refuses")
		}
		server.Start()
		awaitUp(t, c)
		await.Until(t, "the end is logged", func() bool { return lines.Has(logFound) == round })
		if lines.Has(logLost) != round {
			t.Errorf("round %d: lost %d times:\n%s", round, lines.Has(logLost), lines)
		}
	}
	for line := range strings.Lines(lines.String()) {
		if strings.Count(line, server.Address()) != 1 {
			t.Errorf("the address does not stand once in %s", line)
		}
	}
}

func TestNotSettledAfterConnecting(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, _ := open(t, proxy.URL(cachetest.RedisURL(t)), patient, func(o *redis.Options) { o.SettleTime = time.Hour })
	for range 2 {
		awaitUp(t, c)
		if c.Settled() {
			t.Fatal("settled at once")
		}
		proxy.Cut()
		awaitDown(t, c)
		proxy.Restore()
	}
}

func TestShortOutageIsNoticed(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, lines := open(t, proxy.URL(cachetest.RedisURL(t)), hasty)
	awaitUp(t, c)
	// The server is reachable again before a call has failed.
	proxy.Cut()
	proxy.Restore()
	awaitUp(t, c)
	await.Until(t, "the lost connection is seen", func() bool { return lines.Has(logFound) == 1 })
}

func TestIdleTimeoutOpensTheBreaker(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, lines := open(t, proxy.URL(cachetest.RedisURL(t)), hasty, func(o *redis.Options) {
		o.IdleTimeout, o.ReadTimeout, o.ConnectTimeout = 500*time.Millisecond, 50*time.Millisecond, 200*time.Millisecond
	})
	awaitUp(t, c)
	proxy.Swallow()
	awaitDown(t, c)
	await.Until(t, "it is logged", func() bool { return lines.Has(logLost) > 0 })
	if lines.Has("no reply for") == 0 {
		t.Errorf("the log does not say why:\n%s", lines)
	}
	proxy.Heal()
	awaitUp(t, c)
}
