package memory

import (
	"context"
	"time"
)

// Get implements cache.Cache.
func (c *Cache) Get(_ context.Context, key string) (value []byte, ok bool, err error) {
	value, ok = c.find(key)
	return value, ok, nil
}

// GetMany implements cache.Cache.
func (c *Cache) GetMany(_ context.Context, keys ...string) ([][]byte, error) {
	values := make([][]byte, len(keys))
	for i, key := range keys {
		values[i], _ = c.find(key)
	}
	return values, nil
}

// GetClientCached implements cache.Cache; here it is GetMany, and never old.
func (c *Cache) GetClientCached(ctx context.Context, _ time.Duration, keys ...string) ([][]byte, error) {
	return c.GetMany(ctx, keys...)
}

// GetOrSet implements cache.Cache. A value that is over the bound, or comes in the
// pause, is returned, but not kept.
func (c *Cache) GetOrSet(_ context.Context, key string, value []byte, lifetime time.Duration) ([]byte, error) {
	if found, ok := c.find(key); ok {
		return found, nil
	}
	generation, ok := c.admit(key, value)
	if !ok {
		return value, nil
	}
	own := newEntry(value, lifetime, generation)
	stored, _ := c.entries.SetIfAbsent(key, own)
	if stored.generation != generation {
		c.entries.Set(key, own)
		return own.value, nil
	}
	return stored.value, nil
}

// Set implements cache.Cache. A value that is over the bound, or comes in the
// pause, is not kept, nor is what it was to replace.
func (c *Cache) Set(_ context.Context, key string, value []byte, lifetime time.Duration) error {
	generation, ok := c.admit(key, value)
	if !ok {
		c.entries.Invalidate(key)
		return nil
	}
	c.entries.Set(key, newEntry(value, lifetime, generation))
	return nil
}

// Delete implements cache.Cache.
func (c *Cache) Delete(_ context.Context, keys ...string) error {
	for _, key := range keys {
		c.entries.Invalidate(key)
	}
	return nil
}
