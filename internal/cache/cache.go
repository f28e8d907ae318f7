// Package cache is a place for bytes that can be made again: pages, versions
// and sessions that the database also knows.
//
// There are two backends: memory, for one node, and redis, which the nodes
// share. cachetest is the suite that both pass.
package cache

import (
	"context"
	"errors"
	"time"
)

// What a cache out of reach answers. Any other error that does not come from
// the caller's context is the server's refusal, such as a full memory.
var (
	// ErrDown is returned at once while the cache can't be reached.
	ErrDown = errors.New("cache: out of reach")
	// ErrSlow says that this answer took too long; others may be fine. What was
	// asked may still be done later.
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
	// GetClientCached is GetMany without a round trip for what was asked before: its
	// answer may be old, normally by the time that the news of a change takes to
	// come, by no more than a second while the cache is in reach, and never by
	// more than atMost. All calls for one key have to pass the same atMost.
	GetClientCached(ctx context.Context, atMost time.Duration, keys ...string) ([][]byte, error)
	// GetOrSet returns what stands under the key: what was there, or value, which
	// it then sets for the lifetime. Of several callers at once, on one node or
	// more, all get the same. It takes one round trip, and may return value itself.
	GetOrSet(ctx context.Context, key string, value []byte, lifetime time.Duration) ([]byte, error)
	// Set puts the value under the key, in place of what is there.
	Set(ctx context.Context, key string, value []byte, lifetime time.Duration) error
	// Delete removes what stands under the keys; absent ones are no error.
	Delete(ctx context.Context, keys ...string) error
	// Settled is false while the cache can't be reached, and for a settling time
	// after it was reached: what others wrote meanwhile may be missing, and a
	// restored cache may have gone back in time. Ask it after the answer that is
	// to be believed, not before.
	Settled() bool
	// Close ends the connections and the background work. It may be called twice.
	Close() error
}
