package messenger

import (
	"sync"
	"sync/atomic"
	"time"
)

// A chat that was found locked is set aside for so long, and so many are: whoever
// holds its lock may do so for long, and each commit with it waits in vain.
const (
	setAside     = 10 * time.Second
	setAsideMost = 1024
)

// lockedChats remembers which chats were found locked. Safe for concurrent use.
type lockedChats struct {
	// last is when the last one is forgotten, in nanoseconds since 1970: mostly there
	// are none, and nobody has to wait to learn it.
	last atomic.Int64

	mu    sync.Mutex
	until map[ID]time.Time
}

func (l *lockedChats) add(chat ID, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for other, until := range l.until {
		if now.After(until) {
			delete(l.until, other)
		}
	}
	if _, known := l.until[chat]; !known && len(l.until) >= setAsideMost {
		return
	}
	if l.until == nil {
		l.until = map[ID]time.Time{}
	}
	l.until[chat] = now.Add(setAside)
	l.last.Store(now.Add(setAside).UnixNano())
}

// any reports whether there are some.
func (l *lockedChats) any(now time.Time) bool { return now.UnixNano() < l.last.Load() }

func (l *lockedChats) has(chat ID, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Before(l.until[chat])
}
