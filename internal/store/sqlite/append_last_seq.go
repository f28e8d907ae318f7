package sqlite

import (
	"context"

	"golang.org/x/sync/semaphore"

	"messenger-api/internal/messenger"
)

// maxCachedSeqs is the limit of cached chats, which take about 50 bytes each.
const maxCachedSeqs = 16384

// lastSeqCache caches the last seq of chats, as of the last commit. Entries need no expiry: the
// directory's lock keeps other processes from appending, and in this one whatever appends an event
// must use the cache. It must be acquired before the transaction begins, updated after its commit,
// and cleared after a transaction that was not committed.
type lastSeqCache struct {
	sem  *semaphore.Weighted
	last map[messenger.ID]int64
}

func newLastSeqCache() *lastSeqCache {
	return &lastSeqCache{sem: semaphore.NewWeighted(1), last: map[messenger.ID]int64{}}
}

// acquire waits until no other batch uses the cache, or ctx ends.
func (c *lastSeqCache) acquire(ctx context.Context) error { return c.sem.Acquire(ctx, 1) }

func (c *lastSeqCache) release() { c.sem.Release(1) }

// get returns the last seq of a chat, if it is cached; the chat exists then.
func (c *lastSeqCache) get(chat messenger.ID) (last int64, known bool) {
	last, known = c.last[chat]
	return last, known
}

// put stores the last seqs of the chats of a batch, after its commit.
func (c *lastSeqCache) put(chats map[messenger.ID]*chatState) {
	for id, chat := range chats {
		if !chat.exists {
			continue
		}
		if _, known := c.last[id]; !known && len(c.last) >= maxCachedSeqs {
			c.evictOne()
		}
		c.last[id] = chat.last
	}
}

// evictOne removes any chat; its next batch reads the last seq from the database.
func (c *lastSeqCache) evictOne() {
	for other := range c.last {
		delete(c.last, other)
		return
	}
}

func (c *lastSeqCache) clear() { clear(c.last) }
