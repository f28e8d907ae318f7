package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
)

// errLost says that a connection is over; its client makes no other.
var errLost = errors.New("the connection is lost")

// link is one connection to Redis; it is not reused after it is lost.
type link struct {
	client  rueidis.Client
	address string
	full    *shortage
	conn    net.Conn // nil until it was made
	made    time.Time

	lost       chan error // holds why it was lost, once
	loss       sync.Once
	onLoss     func(*link)
	stopWait   func() bool // no longer waits for the end of the cache
	heartbeats sync.WaitGroup

	// answered is when Redis last answered, as an age in nanoseconds.
	answered atomic.Int64
	// abandoned counts the calls whose caller did not wait for the answer, over
	// all time; caughtUp is how many of them have been answered since, at least.
	abandoned, caughtUp atomic.Int64
}

// dial makes the connection, the only one of its client.
func (l *link) dial(ctx context.Context, address string, dialer *net.Dialer, secure *tls.Config) (net.Conn, error) {
	if l.conn != nil {
		return nil, errLost
	}
	var conn net.Conn
	var err error
	if secure != nil {
		conn, err = (&tls.Dialer{NetDialer: dialer, Config: secure}).DialContext(ctx, "tcp", address)
	} else {
		conn, err = dialer.DialContext(ctx, "tcp", address)
	}
	if err != nil {
		return nil, err
	}
	l.conn = &monitoredConn{Conn: conn, link: l}
	l.stopWait = context.AfterFunc(ctx, func() { _ = conn.Close() })
	return l.conn, nil
}

// markLost records, the first time, why the connection was lost.
func (l *link) markLost(cause error) {
	l.loss.Do(func() {
		l.onLoss(l)
		l.lost <- cause
	})
}

func (l *link) age() time.Duration { return time.Since(l.made) }

// begin marks the connection as ready for use.
func (l *link) begin() {
	l.made = time.Now()
	l.markAnswered()
}

// markAnswered records that Redis answered just now.
func (l *link) markAnswered() { l.answered.Store(int64(l.age())) }

// idleTime is the time since the last answer of Redis.
func (l *link) idleTime() time.Duration { return l.age() - time.Duration(l.answered.Load()) }

// overloaded reports whether so many requests are unanswered that one more would wait
// for a slot in the pipeline, which no timeout ends.
func (l *link) overloaded() bool { return l.abandoned.Load()-l.caughtUp.Load() >= maxAbandoned }

// close ends what is left of the connection. It may be called before there is one.
func (l *link) close() {
	if l.conn != nil {
		l.stopWait()
		_ = l.conn.Close() // what was under way then fails at once
	}
	if l.client != nil {
		l.client.Close()
	}
	l.heartbeats.Wait()
}

// monitoredConn marks its link as lost when the connection fails.
type monitoredConn struct {
	net.Conn
	link *link
}

func (w *monitoredConn) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if err != nil {
		w.link.markLost(err)
	}
	return n, err
}

func (w *monitoredConn) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	if err != nil {
		w.link.markLost(err)
	}
	return n, err
}

func (w *monitoredConn) Close() error {
	w.link.markLost(errLost)
	return w.Conn.Close()
}
