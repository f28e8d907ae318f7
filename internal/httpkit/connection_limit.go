package httpkit

import (
	"container/list"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"messenger-api/internal/budget"
	"messenger-api/internal/outage"
)

// minIdleTime is how long a connection must have been idle before it is closed for a new one:
// the client may just be sending its next request.
const minIdleTime = time.Second

// connectionLimit limits how many connections are open. At the limit the longest idle one
// is closed for a new one, which waits while none is idle. So that one client can't take all
// connections, each network has a limit, too: beyond it a new one is refused, unless one of
// the network is idle.
type connectionLimit struct {
	maxOpen  int
	networks *budget.Budget[netip.Prefix]
	outage   outage.Log
	refusals outage.Log

	mu   sync.Mutex
	open int
	idle idleConnections
	// changed receives a value when a connection was closed or became idle.
	changed chan struct{}
}

func newConnectionLimit(maxOpen int, log *slog.Logger) *connectionLimit {
	l := &connectionLimit{
		maxOpen: maxOpen, networks: budget.New[netip.Prefix](networkLimits(maxOpen)), changed: make(chan struct{}, 1),
		outage: outage.Log{
			Logger: log, Remind: outage.Remind,
			Lost:  "no more connections can be open: the longest idle ones are closed for new ones, which wait where none is idle",
			Still: "still no more connections can be open", Found: "the number of connections is below the limit again",
		},
		refusals: outage.Log{
			Logger: log, Remind: outage.Remind, Lost: "a network has as many connections as one may have: further ones of it get 503",
			Still: "connections of a network over its limit still get 503", Found: "no network is over its limit of connections any more",
		},
	}
	l.idle.byNetwork = map[netip.Prefix]*list.List{}
	return l
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
	oldest, since := l.idle.longest()
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
	if oldest, _ := l.idle.longest(); oldest != nil {
		l.closeIdle(oldest)
	}
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
	l.idle.add(c)
	l.signal()
}

// markActive records that the connection received data. It returns false if closeIdle has
// closed it meanwhile.
func (l *connectionLimit) markActive(c *connection) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle.remove(c)
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
	c.place.Release()
	l.idle.remove(c)
	l.open--
	if l.open < l.maxOpen*3/4 {
		l.outage.End()
	}
	l.signal()
}

func (l *connectionLimit) signal() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}
