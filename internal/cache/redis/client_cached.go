package redis

import (
	"context"
	"time"

	"github.com/redis/rueidis"
)

// GetClientCached implements cache.Cache by Redis's client-side caching: Redis sends an
// invalidation when a key that was read changes, and the cached values are dropped with
// the connection. An invalidation arrives before the reply to any later request of this
// Cache: a caller that must see its own change makes any other call first.
func (c *Cache) GetClientCached(ctx context.Context, maxAge time.Duration, keys ...string) ([][]byte, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var answers []rueidis.RedisResult
	// rueidis makes concurrent misses of a key share one request: a canceled caller must not
	// cancel it for the others.
	_, err := c.read(context.WithoutCancel(ctx), func(ctx context.Context, client rueidis.Client) rueidis.RedisResult {
		if len(keys) == 1 {
			answers = []rueidis.RedisResult{client.DoCache(ctx, client.B().Get().Key(c.key(keys[0])).Cache(), maxAge)}
			return answers[0]
		}
		commands := make([]rueidis.CacheableTTL, len(keys))
		for i, key := range keys {
			commands[i] = rueidis.CT(client.B().Get().Key(c.key(key)).Cache(), maxAge)
		}
		answers = client.DoMultiCache(ctx, commands...)
		return representative(answers)
	})
	if err != nil {
		return nil, err
	}
	values := make([][]byte, len(answers))
	for i := range answers {
		answer, _ := answers[i].ToMessage() // its only error is Redis's nil
		if values[i], err = content(&answer); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// representative returns the result that shows the state of the connection: one that failed,
// otherwise one that is not from the client-side cache, otherwise any.
func representative(answers []rueidis.RedisResult) rueidis.RedisResult {
	representative := answers[0]
	for _, answer := range answers {
		if err := answer.Error(); err != nil && !rueidis.IsRedisNil(err) {
			return answer
		}
		if !answer.IsCacheHit() {
			representative = answer
		}
	}
	return representative
}
