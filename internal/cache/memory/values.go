package memory

import (
	"context"
	"time"
)

// Get implements cache.Cache.
func (c *Cache) Get(_ context.Context, key string) (value []byte, ok bool, err error) {
	found, ok := c.entries.GetIfPresent(key)
	return found.value, ok, nil
}

// GetMany implements cache.Cache.
func (c *Cache) GetMany(_ context.Context, keys ...string) ([][]byte, error) {
	values := make([][]byte, len(keys))
	for i, key := range keys {
		found, _ := c.entries.GetIfPresent(key)
		values[i] = found.value
	}
	return values, nil
}

// GetNear implements cache.Cache; here it is GetMany, and never old.
func (c *Cache) GetNear(ctx context.Context, _ time.Duration, keys ...string) ([][]byte, error) {
	return c.GetMany(ctx, keys...)
}

// GetOrSet implements cache.Cache. A value that is over the bound is returned,
// but not kept.
func (c *Cache) GetOrSet(_ context.Context, key string, value []byte, lifetime time.Duration) ([]byte, error) {
	found, ok := c.entries.GetIfPresent(key)
	if !ok && c.keeps(key, value) {
		found, _ = c.entries.SetIfAbsent(key, newEntry(value, lifetime))
	} else if !ok {
		return value, nil
	}
	return found.value, nil
}

// Set implements cache.Cache. A value that is over the bound is not kept, nor is
// what it was to replace.
func (c *Cache) Set(_ context.Context, key string, value []byte, lifetime time.Duration) error {
	if !c.keeps(key, value) {
		c.entries.Invalidate(key)
		return nil
	}
	c.entries.Set(key, newEntry(value, lifetime))
	return nil
}

// Delete implements cache.Cache.
func (c *Cache) Delete(_ context.Context, keys ...string) error {
	for _, key := range keys {
		c.entries.Invalidate(key)
	}
	return nil
}
