// Package cache stores bytes that can be made again from the database: pages, versions
// and sessions.
//
// There are two backends: memory, for one node, and redis, which the nodes
// share. cachetest is the suite that both pass.
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
	ErrDown = errors.New("cache: out of reach")
	// ErrSlow is returned when this request timed out; others may be fine. It may
	// still be executed later.
	ErrSlow = errors.New("cache: no answer in time")
)

// Cache keeps bytes under keys for a while. Losing any of it at any time must do
// no harm. Keys and values are any bytes, and a value may be empty. A value that
// a Cache returns must not be changed; one handed in may be, once the call is
// over. A lifetime under a millisecond counts as one millisecond.
//
// A Cache is safe for concurrent use. After Close nothing else may be called.
type Cache interface {
	// Get returns what stands under the key, and whether anything does.
	Get(ctx context.Context, key string) (value []byte, ok bool, err error)
	// GetMany returns the values in the order of the keys, in one round trip. The
	// value of an absent key is nil, an empty value is not.
	GetMany(ctx context.Context, keys ...string) ([][]byte, error)
	// GetClientCached is GetMany with client-side caching: keys that were read before need
	// no round trip. A value may be stale: normally for as long as an invalidation takes
	// to arrive, for a second at most while the cache is reachable, and never for longer
	// than atMost. All calls for one key must pass the same atMost.
	GetClientCached(ctx context.Context, atMost time.Duration, keys ...string) ([][]byte, error)
	// GetOrSet returns what stands under the key: what was there, or value, which
	// it then sets for the lifetime. Of several callers at once, on one node or
	// more, all get the same. It takes one round trip, and may return value itself.
	GetOrSet(ctx context.Context, key string, value []byte, lifetime time.Duration) ([]byte, error)
	// Set puts the value under the key, in place of what is there.
	Set(ctx context.Context, key string, value []byte, lifetime time.Duration) error
	// Delete removes what stands under the keys; absent ones are no error.
	Delete(ctx context.Context, keys ...string) error
	// Settled is false while the cache can't be reached, and for a settling time after
	// it was reached again: what others wrote meanwhile may be missing, and a restored
	// cache may hold older values. Call it after the read whose result it is to confirm,
	// not before.
	Settled() bool
	// Close ends the connections and the background work. It may be called twice.
	Close() error
}
