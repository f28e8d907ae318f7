package httpkit

import (
	"container/list"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"syscall"
	"time"

	"messenger-api/internal/outage"
)

// minIdleTime is how long a connection must have been idle before it is closed for a new one:
// the client may just be sending its next request.
const minIdleTime = time.Second

// connectionLimit limits how many connections are open. At the limit the longest idle one
// is closed for a new one, which waits while none is idle.
type connectionLimit struct {
	maxOpen int
	outage  outage.Log

	mu   sync.Mutex
	open int
	// idle has the connections without a request, the longest idle first.
	idle list.List
	// changed receives a value when a connection was closed or became idle.
	changed chan struct{}
}

func newConnectionLimit(maxOpen int, log *slog.Logger) *connectionLimit {
	return &connectionLimit{maxOpen: maxOpen, changed: make(chan struct{}, 1), outage: outage.Log{
		Logger: log, Remind: outage.Remind,
		Lost:  "no more connections can be open: the longest idle ones are closed for new ones, which wait where none is idle",
		Still: "still no more connections can be open", Found: "the number of connections is below the limit again",
	}}
}

var errConnectionLimit = errors.New("CONNECTIONS_MAX, which follows from the limit of open files where it is not set, is reached")

// acquire admits a connection. It waits while the limit is reached, and returns false when
// closed is closed meanwhile.
func (l *connectionLimit) acquire(closed <-chan struct{}) bool {
	for {
		wait, ok := l.tryAcquire()
		if ok {
			return true
		}
		timer := time.NewTimer(wait)
		select {
		case <-l.changed:
		case <-timer.C:
		case <-closed:
			timer.Stop()
			return false
		}
		timer.Stop()
	}
}

// tryAcquire admits a connection if the number of open ones allows it. Otherwise it returns
// after how long to try again; it may have closed an idle connection for it.
func (l *connectionLimit) tryAcquire() (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open < l.maxOpen {
		l.open++
		return 0, true
	}
	l.outage.Report(fmt.Errorf("%d are open: %w", l.open, errConnectionLimit))
	oldest, since := l.longestIdle()
	if oldest == nil {
		return time.Second, false
	}
	if since < minIdleTime {
		return minIdleTime - since, false
	}
	l.closeIdle(oldest)
	return 0, false
}

// acceptFailed closes the longest idle connection where accept failed because too many files
// are open.
func (l *connectionLimit) acceptFailed(err error) {
	if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outage.Report(err)
	if oldest, _ := l.longestIdle(); oldest != nil {
		l.closeIdle(oldest)
	}
}

func (l *connectionLimit) longestIdle() (oldest *connection, since time.Duration) {
	if l.idle.Len() == 0 {
		return nil, 0
	}
	oldest = l.idle.Front().Value.(*connection)
	return oldest, time.Since(oldest.idleSince)
}

// closeIdle closes an idle connection. The server's pending read fails, and it closes the
// connection again, which does nothing.
func (l *connectionLimit) closeIdle(c *connection) {
	l.releaseLocked(c)
	_ = c.Conn.Close()
}

// markIdle records that the connection has no request.
func (l *connectionLimit) markIdle(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.released || c.idleElement != nil {
		return
	}
	c.idleSince = time.Now()
	c.idleElement = l.idle.PushBack(c)
	c.idle.Store(true)
	l.signal()
}

// markActive records that the connection received data. It returns false if closeIdle has
// closed it meanwhile.
func (l *connectionLimit) markActive(c *connection) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.removeIdle(c)
	return !c.released
}

// release records that the connection is closed. It may be called again.
func (l *connectionLimit) release(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.releaseLocked(c)
}

func (l *connectionLimit) releaseLocked(c *connection) {
	if c.released {
		return
	}
	c.released = true
	l.removeIdle(c)
	l.open--
	if l.open < l.maxOpen*3/4 {
		l.outage.End()
	}
	l.signal()
}

func (l *connectionLimit) removeIdle(c *connection) {
	if c.idleElement != nil {
		l.idle.Remove(c.idleElement)
		c.idleElement = nil
		c.idle.Store(false)
	}
}

func (l *connectionLimit) signal() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}
