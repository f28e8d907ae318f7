package messenger

import (
	"sync"
	"sync/atomic"
	"time"
)

// A chat whose lock could not be acquired counts as contended for this long, at most so many
// at a time: each commit with such a chat would wait for the lock again.
const (
	contendedFor = 10 * time.Second
	maxContended = 1024
)

// contendedChats is the set of chats whose locks other transactions hold. Safe for concurrent use.
type contendedChats struct {
	// last is when the last entry expires, in Unix nanoseconds. It lets a send skip the mutex in
	// the common case of no contended chat.
	last atomic.Int64

	mu    sync.Mutex
	until map[ID]time.Time
}

func (c *contendedChats) add(chat ID, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for other, until := range c.until {
		if now.After(until) {
			delete(c.until, other)
		}
	}
	if _, known := c.until[chat]; !known && len(c.until) >= maxContended {
		return
	}
	if c.until == nil {
		c.until = map[ID]time.Time{}
	}
	c.until[chat] = now.Add(contendedFor)
	c.last.Store(now.Add(contendedFor).UnixNano())
}

func (c *contendedChats) has(chat ID, now time.Time) bool {
	if now.UnixNano() >= c.last.Load() {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return now.Before(c.until[chat])
}
