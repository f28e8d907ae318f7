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

// GetClientCached implements cache.Cache. It is the same as GetMany, and never stale.
func (c *Cache) GetClientCached(ctx context.Context, _ time.Duration, keys ...string) ([][]byte, error) {
	return c.GetMany(ctx, keys...)
}

// GetOrSet implements cache.Cache. A value that is too large, or set during the pause after
// Clear, is returned but not stored.
func (c *Cache) GetOrSet(_ context.Context, key string, value []byte, lifetime time.Duration) ([]byte, error) {
	if found, ok := c.find(key); ok {
		return found, nil
	}
	generation, ok := c.admit(key, value)
	if !ok {
		return value, nil
	}
	added := newEntry(value, lifetime, generation)
	stored, _ := c.entries.SetIfAbsent(key, added)
	if stored.generation != generation {
		c.entries.Set(key, added)
		return added.value, nil
	}
	return stored.value, nil
}

// Set implements cache.Cache. A value that is too large, or set during the pause after Clear,
// is not stored; the one that it was to replace is removed.
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
