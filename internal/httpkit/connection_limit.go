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

// leastIdle is how long a connection has to have been idle before it is closed for another one:
// on a younger one a request may be on its way.
const leastIdle = time.Second

// connectionLimit bounds how many connections are open. A new one beyond the bound takes the place of the one
// that has been idle the longest, or waits for one.
type connectionLimit struct {
	most   int
	outage outage.Log

	mu   sync.Mutex
	open int
	// idle are the connections without a request, those that are idle the longest first.
	idle list.List
	// changed has an element once one was closed or became idle.
	changed chan struct{}
}

func newConnectionLimit(most int, log *slog.Logger) *connectionLimit {
	return &connectionLimit{most: most, changed: make(chan struct{}, 1), outage: outage.Log{
		Logger: log, Remind: outage.Remind,
		Lost:  "no more connections can be open: the longest idle ones are closed for new ones, which wait where none is idle",
		Still: "still no more connections can be open", Found: "connections are below their bound again",
	}}
}

var errTooMany = errors.New("CONNECTIONS_MAX, which follows from the limit of open files where it is not set, is reached")

// enter takes a place for a connection, waiting for one until closed ends.
func (l *connectionLimit) enter(closed <-chan struct{}) bool {
	for {
		wait, ok := l.tryEnter()
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

// tryEnter takes a place if one is free or can be made so, or tells after how long to try again.
func (l *connectionLimit) tryEnter() (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open < l.most {
		l.open++
		return 0, true
	}
	l.outage.Report(fmt.Errorf("%d are open: %w", l.open, errTooMany))
	oldest, since := l.longestIdle()
	if oldest == nil {
		return time.Second, false
	}
	if since < leastIdle {
		return leastIdle - since, false
	}
	l.closeIdle(oldest)
	return 0, false
}

// noDescriptor reports a failed accept, and makes room where the process has too many files open.
func (l *connectionLimit) noDescriptor(err error) {
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

// closeIdle closes an idle connection. The server notices by its read, and closes it once more.
func (l *connectionLimit) closeIdle(c *connection) {
	l.leave(c)
	_ = c.Conn.Close() // nobody waits for what it would say
}

// rests says that the connection has no request.
func (l *connectionLimit) rests(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.left || c.place != nil {
		return
	}
	c.idleSince = time.Now()
	c.place = l.idle.PushBack(c)
	c.idle.Store(true)
	l.signal()
}

// works says that something came on the connection. It returns false where it was closed just before.
func (l *connectionLimit) works(c *connection) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropPlace(c)
	return !c.left
}

// closed gives the connection's place back.
func (l *connectionLimit) closed(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leave(c)
}

func (l *connectionLimit) leave(c *connection) {
	if c.left {
		return
	}
	c.left = true
	l.dropPlace(c)
	l.open--
	if l.open < l.most*3/4 {
		l.outage.End()
	}
	l.signal()
}

func (l *connectionLimit) dropPlace(c *connection) {
	if c.place != nil {
		l.idle.Remove(c.place)
		c.place = nil
		c.idle.Store(false)
	}
}

func (l *connectionLimit) signal() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}
