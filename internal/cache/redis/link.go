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

	"messenger-api/internal/outage"
)

// errLost is returned after a connection was lost; its client dials no other.
var errLost = errors.New("the connection is lost")

// link is one connection to Redis. After it is lost, a new link with a new client is made.
type link struct {
	client  rueidis.Client
	address string
	full    *outage.Log
	conn    net.Conn  // nil before dial
	openAt  time.Time // when the handshake was complete

	lost       chan error // receives the cause of the loss, once
	loss       sync.Once
	onLoss     func(*link)
	stopWait   func() bool // ends closing conn when the cache is closed
	heartbeats sync.WaitGroup

	// lastReply is when the last reply arrived, in nanoseconds since openAt.
	lastReply atomic.Int64
	// abandoned counts the calls whose caller did not wait for the reply. caughtUp is
	// a lower bound of how many of their replies have arrived.
	abandoned, caughtUp atomic.Int64
}

// dial opens the connection, the only one of its client.
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

// markLost records the loss of the connection; only the first cause counts.
func (l *link) markLost(cause error) {
	l.loss.Do(func() {
		l.onLoss(l)
		l.lost <- cause
	})
}

func (l *link) age() time.Duration { return time.Since(l.openAt) }

// begin marks the connection as ready for use.
func (l *link) begin() {
	l.openAt = time.Now()
	l.markReply()
}

// markReply records that a reply has arrived.
func (l *link) markReply() { l.lastReply.Store(int64(l.age())) }

// idleTime is the time since the last reply.
func (l *link) idleTime() time.Duration { return l.age() - time.Duration(l.lastReply.Load()) }

// overloaded reports whether so many replies are outstanding that another request might
// wait for a slot in rueidis's ring, for which there is no timeout.
func (l *link) overloaded() bool { return l.abandoned.Load()-l.caughtUp.Load() >= maxAbandoned }

// close closes the connection. It may be called before dial.
func (l *link) close() {
	if l.conn != nil {
		l.stopWait()
		_ = l.conn.Close() // pending requests fail at once
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

func (m *monitoredConn) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if err != nil {
		m.link.markLost(err)
	}
	return n, err
}

func (m *monitoredConn) Write(p []byte) (int, error) {
	n, err := m.Conn.Write(p)
	if err != nil {
		m.link.markLost(err)
	}
	return n, err
}

func (m *monitoredConn) Close() error {
	m.link.markLost(errLost)
	return m.Conn.Close()
}
