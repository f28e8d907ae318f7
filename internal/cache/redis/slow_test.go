package redis_test

import (
	"testing"
	"time"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/testkit/await"
)

// While replies take longer than IdleTimeout, no new connection is used: it would be lost
// again at once.
func TestTooSlowServerIsNotUsed(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, lines := open(t, proxy.URL(cachetest.RedisURL(t)), hasty, func(o *redis.Options) {
		o.IdleTimeout, o.ConnectTimeout, o.LogInterval = 200*time.Millisecond, 2*time.Second, time.Millisecond
	})
	awaitUp(t, c)
	proxy.Delay(400 * time.Millisecond)
	awaitDown(t, c)
	await.Until(t, "connecting was retried several times", func() bool { return lines.Has(logStill) >= 5 })
	if found := lines.Has(logFound); found > 0 {
		t.Errorf("found %d times while it was too slow:\n%s", found, lines)
	}
	proxy.Heal()
	awaitUp(t, c)
}
