package redis

import (
	"context"
	"time"

	"github.com/redis/rueidis"
)

// Get implements cache.Cache.
func (c *Cache) Get(ctx context.Context, key string) (value []byte, ok bool, err error) {
	answer, err := c.read(ctx, func(ctx context.Context, client rueidis.Client) rueidis.RedisResult {
		return client.Do(ctx, client.B().Get().Key(c.key(key)).Build())
	})
	if err != nil {
		return nil, false, err
	}
	value, err = content(&answer)
	return value, value != nil, err
}

// GetMany implements cache.Cache.
func (c *Cache) GetMany(ctx context.Context, keys ...string) ([][]byte, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	answer, err := c.read(ctx, func(ctx context.Context, client rueidis.Client) rueidis.RedisResult {
		return client.Do(ctx, client.B().Mget().Key(c.keys(keys)...).Build())
	})
	if err != nil {
		return nil, err
	}
	found, err := answer.ToArray()
	if err != nil {
		return nil, err
	}
	values := make([][]byte, len(found))
	for i := range found {
		if values[i], err = content(&found[i]); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// GetOrSet implements cache.Cache.
func (c *Cache) GetOrSet(ctx context.Context, key string, value []byte, lifetime time.Duration) ([]byte, error) {
	answer, err := c.read(ctx, func(ctx context.Context, client rueidis.Client) rueidis.RedisResult {
		return client.Do(ctx, client.B().Set().Key(c.key(key)).Value(string(value)).Nx().Get().
			PxMilliseconds(milliseconds(lifetime)).Build())
	})
	if err != nil {
		return nil, err
	}
	if answer.IsNil() { // there was no value
		return value, nil
	}
	return content(&answer)
}

// Set implements cache.Cache. The value is copied: after ErrSlow it may still be sent.
func (c *Cache) Set(ctx context.Context, key string, value []byte, lifetime time.Duration) error {
	return c.write(ctx, func(ctx context.Context, client rueidis.Client) rueidis.RedisResult {
		return client.Do(ctx, client.B().Set().Key(c.key(key)).Value(string(value)).
			PxMilliseconds(milliseconds(lifetime)).Build())
	})
}

// Delete implements cache.Cache.
func (c *Cache) Delete(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	return c.write(ctx, func(ctx context.Context, client rueidis.Client) rueidis.RedisResult {
		return client.Do(ctx, client.B().Del().Key(c.keys(keys)...).Build())
	})
}

func milliseconds(lifetime time.Duration) int64 { return max(lifetime.Milliseconds(), 1) }

// content returns the bytes of a reply. They are nil only for Redis's nil.
func content(answer *rueidis.RedisMessage) ([]byte, error) {
	if answer.IsNil() {
		return nil, nil
	}
	value, err := answer.AsBytes()
	if value == nil && err == nil {
		value = []byte{}
	}
	return value, err
}
