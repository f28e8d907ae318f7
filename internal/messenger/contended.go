package messenger

import (
	"sync"
	"sync/atomic"
	"time"
)

// A chat whose lock was not to be had is contended for so long, and so many are at a
// time: whoever holds the lock may keep it, and each commit with that chat waits for it.
const (
	contendedFor = 10 * time.Second
	maxContended = 1024
)

// contendedChats remembers the chats whose locks others hold. Safe for concurrent use.
type contendedChats struct {
	// last is when the last one ends, in nanoseconds since 1970. Mostly there is none,
	// and a send learns that without the mutex.
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
