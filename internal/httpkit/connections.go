package httpkit

import (
	"container/list"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"messenger-api/internal/budget"
)

// What the headers of requests may hold while they arrive, and until their requests
// end: an ordinary one is not counted; one that is longer counts as the longest.
const (
	headerFree = 4 << 10
	headerCost = 32 << 10
)

var headerLimits = budget.Limits{Total: 32 << 20, PerKey: [3]int64{4 << 20, 8 << 20, 16 << 20}}

// Connections looks after the connections of one server: how many there are, whether a client
// has cut its connection, and what unfinished headers hold.
type Connections struct {
	proxies TrustedProxies
	headers *budget.Budget[netip.Prefix]
	limit   *connectionLimit
}

// NewConnections makes one of so many connections at most. The proxies count for themselves only in the
// bound of all. The log is told when the most are open.
func NewConnections(proxies TrustedProxies, most int, log *slog.Logger) *Connections {
	return &Connections{proxies, budget.New[netip.Prefix](headerLimits), newConnectionLimit(most, log)}
}

// Serve serves on the listener as server.Serve does. The server must not have been used before.
func (c *Connections) Serve(server *http.Server, listener net.Listener) error {
	server.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		own, ok := conn.(*connection)
		if !ok {
			return ctx
		}
		own.alive, own.end = context.WithCancel(ctx)
		return context.WithValue(ctx, connectionKey{}, own)
	}
	server.ConnState = func(conn net.Conn, state http.ConnState) {
		if own, ok := conn.(*connection); ok && state != http.StateActive {
			own.rest()
			if state == http.StateNew || state == http.StateIdle {
				c.limit.rests(own)
			}
		}
	}
	return server.Serve(&watchedListener{Listener: listener, connections: c, closed: make(chan struct{})})
}

type watchedListener struct {
	net.Listener

	connections *Connections
	closing     sync.Once
	closed      chan struct{}
}

// Accept implements net.Listener.
func (l *watchedListener) Accept() (net.Conn, error) {
	limit := l.connections.limit
	conn, err := l.Listener.Accept()
	if err != nil {
		limit.noDescriptor(err)
		return nil, err
	}
	if !limit.enter(l.closed) {
		return nil, errors.Join(net.ErrClosed, conn.Close())
	}
	return &connection{Conn: conn, limit: limit, lease: l.connections.headers.Lease(l.connections.networksOf(conn)...)}, nil
}

// Close implements net.Listener.
func (l *watchedListener) Close() error {
	l.closing.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

func (c *Connections) networksOf(conn net.Conn) []netip.Prefix {
	peer, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil || c.proxies.trusts(peer.Addr().Unmap()) {
		return nil
	}
	return networksOf(peer.Addr().Unmap())
}

// connection tells a client who has cut the connection from one who has closed its
// half of it after the request, as it may: net/http takes both for gone.
type connection struct {
	net.Conn

	// alive ends when the connection was reset, or is closed.
	alive context.Context
	end   context.CancelFunc

	lease  budget.Lease[netip.Prefix]
	header int         // bytes since the last request
	served atomic.Bool // the header has arrived, and its request is served

	limit *connectionLimit
	idle  atomic.Bool // it has a place among those without a request
	// The limit's lock is for these.
	place     *list.Element
	idleSince time.Time
	left      bool // it has given its own place back
}

// Read implements net.Conn.
func (c *connection) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	if errors.Is(err, syscall.ECONNRESET) && c.end != nil {
		c.end()
	}
	if n > 0 && c.idle.Load() && !c.limit.works(c) {
		return 0, net.ErrClosed
	}
	if n > 0 && !c.served.Load() {
		if c.header += n; c.header > headerFree && !c.lease.Grow(headerCost) {
			_, _ = io.WriteString(c.Conn, headersRefused) // the connection ends, be it read or not
			return 0, io.EOF
		}
	}
	return n, err
}

// headersRefused is what WriteError would say of errs.ErrServiceUnavailable.
const headersRefused = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 33\r\n" +
	"Retry-After: 1\r\nConnection: close\r\n\r\n" + `{"message":"service-unavailable"}`

// rest is called between two requests, and at the end of the connection.
func (c *connection) rest() {
	c.header = 0
	c.served.Store(false)
	c.lease.Release()
}

// Close implements net.Conn.
func (c *connection) Close() error {
	if c.end != nil {
		c.end()
	}
	c.limit.closed(c)
	return c.Conn.Close()
}

type connectionKey struct{}

// beginRequest says that the header of a request has arrived, and returns the context
// of its connection: one that ends when the client has cut it, and not when it has
// closed its sending half. Where the server does not watch its connections it is the
// request's own.
func beginRequest(ctx context.Context) context.Context {
	own, ok := ctx.Value(connectionKey{}).(*connection)
	if !ok {
		return ctx
	}
	own.served.Store(true)
	return own.alive
}
