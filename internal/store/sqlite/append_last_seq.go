package sqlite

import (
	"context"

	"golang.org/x/sync/semaphore"

	"messenger-api/internal/messenger"
)

// lastSeqsMost is how many chats are cached at a time, at about 50 bytes each.
const lastSeqsMost = 16384

// lastSeqCache caches the last seq of chats, as of the last commit. It needs no expiry:
// only this process appends, one batch at a time. It is cleared where a commit fails.
// Whoever uses it has acquired it.
type lastSeqCache struct {
	turn *semaphore.Weighted
	last map[messenger.ID]int64
}

func newLastSeqCache() *lastSeqCache {
	return &lastSeqCache{turn: semaphore.NewWeighted(1), last: map[messenger.ID]int64{}}
}

// acquire waits until no other batch uses the cache, or ctx ends.
func (c *lastSeqCache) acquire(ctx context.Context) error { return c.turn.Acquire(ctx, 1) }

func (c *lastSeqCache) release() { c.turn.Release(1) }

// get gives the last seq of a chat that is known to exist.
func (c *lastSeqCache) get(chat messenger.ID) (last int64, known bool) {
	last, known = c.last[chat]
	return last, known
}

// put takes over the last seqs of the chats of a batch that was committed.
func (c *lastSeqCache) put(chats map[messenger.ID]*chatState) {
	for id, chat := range chats {
		if !chat.exists {
			continue
		}
		if _, known := c.last[id]; !known && len(c.last) >= lastSeqsMost {
			c.evictOne()
		}
		c.last[id] = chat.last
	}
}

// evictOne makes room. Any will do: the next batch reads it again.
func (c *lastSeqCache) evictOne() {
	for other := range c.last {
		delete(c.last, other)
		return
	}
}

func (c *lastSeqCache) clear() { clear(c.last) }
