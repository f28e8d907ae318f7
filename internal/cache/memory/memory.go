// Package memory is the cache of a single node: in its own memory, bounded by
// bytes.
package memory

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
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
	// Now is the clock for lifetimes; nil is the time of the system. It has to be
	// safe for concurrent use: it is asked in the background too.
	Now func() time.Time
}

// entry is a value with its lifetime, and how often the cache had been cleared when it was
// set: one of an earlier generation counts as absent.
type entry struct {
	value      []byte
	lifetime   time.Duration
	generation uint64
}

// Cache is a cache.Cache that never fails, and is settled but after Clear. Use Open.
type Cache struct {
	entries     *otter.Cache[string, entry]
	largest     uint64 // what an entry may weigh
	now         func() time.Time
	pausedUntil atomic.Pointer[time.Time] // until when nothing is kept
	generations atomic.Uint64             // how often Clear was called
	close       sync.Once
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
	now := time.Now
	if options.Now != nil {
		now, settings.Clock = options.Now, clock(options.Now)
	}
	entries, err := otter.New(&settings)
	if err != nil {
		return nil, fmt.Errorf("open the cache in memory: %w", err)
	}
	return &Cache{entries: entries, largest: min(uint64(options.MaxBytes), math.MaxUint32), now: now}, nil
}

// weight is what an entry counts for against the bound.
func weight(key string, value []byte) uint64 {
	return uint64(len(key)) + uint64(len(value)) + entryOverhead
}

// newEntry copies the value, which stays its caller's.
func newEntry(value []byte, lifetime time.Duration, generation uint64) entry {
	own := make([]byte, len(value))
	copy(own, value)
	return entry{value: own, lifetime: max(lifetime, time.Millisecond), generation: generation}
}

// Clear empties the cache, which then keeps nothing for the pause: what
// was read before is not written after.
func (c *Cache) Clear(pause time.Duration) {
	until := c.now().Add(pause)
	c.pausedUntil.Store(&until)
	c.generations.Add(1)
	c.entries.InvalidateAll()
}

// Settled implements cache.Cache: it is false in the pause after Clear.
func (c *Cache) Settled() bool {
	until := c.pausedUntil.Load()
	return until == nil || !c.now().Before(*until)
}

// find returns what stands under the key since the last Clear.
func (c *Cache) find(key string) ([]byte, bool) {
	found, ok := c.entries.GetIfPresent(key)
	if !ok || found.generation != c.generations.Load() {
		return nil, false
	}
	return found.value, true
}

// admit returns the generation for an entry that is about to be stored, if it may be.
// It is read before the pause is: a Clear in between makes the entry old.
func (c *Cache) admit(key string, value []byte) (generation uint64, ok bool) {
	generation = c.generations.Load()
	return generation, weight(key, value) <= c.largest && c.Settled()
}

// Close implements cache.Cache and frees the memory.
func (c *Cache) Close() error {
	c.close.Do(func() {
		c.entries.StopAllGoroutines()
		c.entries.InvalidateAll()
	})
	return nil
}

// clock makes a function the time source of otter.
type clock func() time.Time

// NowNano implements otter.Clock.
func (c clock) NowNano() int64 { return c().UnixNano() }

// Tick implements otter.Clock. Cleaning up goes by the time of the system: what
// is over is not returned even before it is cleaned up.
func (c clock) Tick(every time.Duration) <-chan time.Time { return time.Tick(every) }
