// Package memory is the cache of a single node, in its memory, with a limit in bytes.
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

// entryOverhead is the memory of an entry in addition to its key and value, in bytes.
// TestOverhead measures it.
const entryOverhead = 144

// Options are the options of a Cache.
type Options struct {
	// MaxBytes limits keys, values and their overhead. The limit may be exceeded briefly
	// while many values are written concurrently.
	MaxBytes int64
	// Now is the clock for lifetimes; nil is time.Now. It must be safe for concurrent use.
	Now func() time.Time
}

// entry is a value with its lifetime and the cache's generation when it was set. Each Clear
// begins a new generation; entries of an earlier one count as absent.
type entry struct {
	value      []byte
	lifetime   time.Duration
	generation uint64
}

// Cache is a cache.Cache that never fails, and is settled except after Clear. Use Open.
type Cache struct {
	entries     *otter.Cache[string, entry]
	maxEntry    uint64 // the largest weight of an entry
	now         func() time.Time
	pausedUntil atomic.Pointer[time.Time] // nothing is stored until then
	generation  atomic.Uint64             // the number of calls of Clear
	close       sync.Once
}

var _ cache.Cache = (*Cache)(nil)

// Open makes an empty cache. It fails only on invalid options.
func Open(options Options) (*Cache, error) {
	if options.MaxBytes <= 0 {
		return nil, fmt.Errorf("cache of %d bytes: the limit must be positive", options.MaxBytes)
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
	return &Cache{entries: entries, maxEntry: min(uint64(options.MaxBytes), math.MaxUint32), now: now}, nil
}

// weight is what an entry counts against the limit, in bytes.
func weight(key string, value []byte) uint64 {
	return uint64(len(key)) + uint64(len(value)) + entryOverhead
}

// newEntry copies the value: the caller may modify it afterwards.
func newEntry(value []byte, lifetime time.Duration, generation uint64) entry {
	copied := make([]byte, len(value))
	copy(copied, value)
	return entry{value: copied, lifetime: max(lifetime, time.Millisecond), generation: generation}
}

// Clear empties the cache, and stores nothing for the pause, so that no value is stored that was
// read from the database before. For that the pause must be as long as a caller takes from its
// read to storing the result: 3 s at most for a session. A page may take longer: it is stored
// under a version from before Clear, which nobody looks up any more.
func (c *Cache) Clear(pause time.Duration) {
	until := c.now().Add(pause)
	c.pausedUntil.Store(&until)
	c.generation.Add(1)
	c.entries.InvalidateAll()
}

// Settled implements cache.Cache: it is false during the pause after Clear.
func (c *Cache) Settled() bool {
	until := c.pausedUntil.Load()
	return until == nil || !c.now().Before(*until)
}

// find returns the value of the key, if it was set after the last Clear.
func (c *Cache) find(key string) ([]byte, bool) {
	found, ok := c.entries.GetIfPresent(key)
	if !ok || found.generation != c.generation.Load() {
		return nil, false
	}
	return found.value, true
}

// admit reports whether an entry may be stored, and with which generation. The generation is
// read first, so that a Clear in between makes the entry absent.
func (c *Cache) admit(key string, value []byte) (generation uint64, ok bool) {
	generation = c.generation.Load()
	return generation, weight(key, value) <= c.maxEntry && c.Settled()
}

// Close implements cache.Cache and frees the memory.
func (c *Cache) Close() error {
	c.close.Do(func() {
		c.entries.StopAllGoroutines()
		c.entries.InvalidateAll()
	})
	return nil
}

// clock implements otter.Clock with a function.
type clock func() time.Time

// NowNano implements otter.Clock.
func (c clock) NowNano() int64 { return c().UnixNano() }

// Tick implements otter.Clock. It may use the system's clock: it only triggers the removal
// of expired entries, which are not returned even before that.
func (c clock) Tick(every time.Duration) <-chan time.Time { return time.Tick(every) }
