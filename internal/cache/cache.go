// Package cache caches bytes that can be read from the database again: pages, their
// versions, and sessions.
//
// There are two backends: memory, for a single node, and redis, which all nodes
// share. cachetest is the test suite that both pass.
package cache

import (
	"context"
	"errors"
	"time"
)

// The errors of an unreachable cache. Any other error that does not come from the
// caller's context is an error reply of the server, such as that its memory is full.
var (
	// ErrDown is returned at once while the cache can't be reached.
	ErrDown = errors.New("cache: unreachable")
	// ErrSlow is returned when this request timed out; others may be fine. It may
	// still be executed later.
	ErrSlow = errors.New("cache: timeout")
)

// Cache is a key-value store with expiry. It may lose any entry at any time. Keys and
// values are any bytes, and a value may be empty. A value that a Cache returned must
// not be modified; one passed to it may be modified after the call. A lifetime
// under a millisecond counts as one millisecond.
//
// A Cache is safe for concurrent use. After Close nothing else may be called.
type Cache interface {
	// Get returns the value of the key, and whether there is one.
	Get(ctx context.Context, key string) (value []byte, ok bool, err error)
	// GetMany returns the values in the order of the keys, in one round trip. The
	// value of an absent key is nil, an empty value is not.
	GetMany(ctx context.Context, keys ...string) ([][]byte, error)
	// GetClientCached is GetMany with client-side caching: keys that were read before need
	// no round trip. A value may be stale: normally for as long as an invalidation takes
	// to arrive, for a second at most while the cache is reachable, and never for longer
	// than maxAge. All calls for one key must pass the same maxAge.
	GetClientCached(ctx context.Context, maxAge time.Duration, keys ...string) ([][]byte, error)
	// GetOrSet returns the value of the key. If there is none, it sets value for the
	// lifetime and returns it. Concurrent callers, also on different nodes, all get the
	// same value. It takes one round trip, and may return value itself.
	GetOrSet(ctx context.Context, key string, value []byte, lifetime time.Duration) ([]byte, error)
	// Set sets or replaces the value of the key.
	Set(ctx context.Context, key string, value []byte, lifetime time.Duration) error
	// Delete deletes the keys; absent ones are no error.
	Delete(ctx context.Context, keys ...string) error
	// Settled is false while the cache is unreachable, and for a settling time after it was
	// reached again or cleared. Meanwhile a value may be older than a write that failed, by
	// this process or by any other, or than the snapshot that the cache was restored from.
	// Who relies on the newest value sets it with a lifetime of at most the settling time:
	// then all such values have expired at its end. To know whether a value that was read
	// can be relied on, call Settled after the read.
	Settled() bool
	// Close closes the connections and stops the background work. It may be called twice.
	Close() error
}
