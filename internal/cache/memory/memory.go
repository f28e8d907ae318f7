// Package memory is the cache of a single node: in its own memory, bounded by
// bytes.
package memory

import (
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"messenger-api/internal/cache"
)

// entryOverhead is what an entry takes beside its key and value, in bytes:
// measured, see TestOverhead.
const entryOverhead = 144

// Options choose the size of a Cache.
type Options struct {
	// MaxBytes bounds keys, values and what is kept beside them. It is a bound of
	// what stays: while many values are written at once, more is held for moments.
	MaxBytes int64
	// Now is the clock for lifetimes; nil is the time of the system.
	Now func() time.Time
}

// entry is a value with the lifetime that it was set for.
type entry struct {
	value    []byte
	lifetime time.Duration
}

// Cache is a cache.Cache that never fails and is always steady. Use Open.
type Cache struct {
	entries *otter.Cache[string, entry]
	largest uint64 // what an entry may weigh
	close   sync.Once
}

var _ cache.Cache = (*Cache)(nil)

// Open makes an empty cache. It fails only on options that make no sense.
func Open(options Options) (*Cache, error) {
	if options.MaxBytes <= 0 {
		return nil, fmt.Errorf("cache of %d bytes: the bound must be positive", options.MaxBytes)
	}
	settings := otter.Options[string, entry]{
		MaximumWeight:    uint64(options.MaxBytes),
		Weigher:          func(key string, e entry) uint32 { return uint32(weight(key, e.value)) },
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, entry]) time.Duration { return e.Value.lifetime }),
	}
	if options.Now != nil {
		settings.Clock = clock(options.Now)
	}
	entries, err := otter.New(&settings)
	if err != nil {
		return nil, fmt.Errorf("open the cache in memory: %w", err)
	}
	return &Cache{entries: entries, largest: min(uint64(options.MaxBytes), math.MaxUint32)}, nil
}

// weight is what an entry counts for against the bound.
func weight(key string, value []byte) uint64 {
	return uint64(len(key)) + uint64(len(value)) + entryOverhead
}

// newEntry copies the value, which stays its caller's.
func newEntry(value []byte, lifetime time.Duration) entry {
	own := make([]byte, len(value))
	copy(own, value)
	return entry{value: own, lifetime: max(lifetime, time.Millisecond)}
}

// Steady implements cache.Cache: it is always true.
func (c *Cache) Steady() bool { return true }

// Close implements cache.Cache and frees the memory.
func (c *Cache) Close() error {
	c.close.Do(func() {
		c.entries.StopAllGoroutines()
		c.entries.InvalidateAll()
	})
	return nil
}
