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

// A request header of up to uncountedHeaderBytes is not counted against the budget of
// headers. A longer one counts as headerCost bytes, the longest that is accepted, until its
// request ends.
const (
	uncountedHeaderBytes = 4 << 10
	headerCost           = 32 << 10
)

// headerLimits are in bytes; the keys are a client's networks.
var headerLimits = budget.Limits{Total: 32 << 20, PerKey: [3]int64{4 << 20, 8 << 20, 16 << 20}}

// Connections manages the connections of one server. It limits their number and the memory
// of request headers, and cancels a request's context when its connection is reset.
type Connections struct {
	proxies TrustedProxies
	headers *budget.Budget[netip.Prefix]
	limit   *connectionLimit
}

// NewConnections makes Connections for up to maxOpen connections. Only the total limit of
// header memory applies to the proxies. It logs when the limit of connections is reached.
func NewConnections(proxies TrustedProxies, maxOpen int, log *slog.Logger) *Connections {
	return &Connections{proxies, budget.New[netip.Prefix](headerLimits), newConnectionLimit(maxOpen, log)}
}

// Serve serves on the listener as server.Serve does. The server must not have been used before.
func (c *Connections) Serve(server *http.Server, listener net.Listener) error {
	server.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		tracked, ok := conn.(*connection)
		if !ok {
			return ctx
		}
		tracked.ctx, tracked.cancel = context.WithCancel(ctx)
		return context.WithValue(ctx, connectionKey{}, tracked)
	}
	server.ConnState = func(conn net.Conn, state http.ConnState) {
		if tracked, ok := conn.(*connection); ok && state != http.StateActive {
			tracked.endRequest()
			if state == http.StateNew || state == http.StateIdle {
				c.limit.markIdle(tracked)
			}
		}
	}
	return server.Serve(&limitedListener{Listener: listener, connections: c, closed: make(chan struct{})})
}

type limitedListener struct {
	net.Listener

	connections *Connections
	closing     sync.Once
	closed      chan struct{}
}

// Accept implements net.Listener.
func (l *limitedListener) Accept() (net.Conn, error) {
	limit := l.connections.limit
	conn, err := l.Listener.Accept()
	if err != nil {
		limit.acceptFailed(err)
		return nil, err
	}
	if !limit.acquire(l.closed) {
		return nil, errors.Join(net.ErrClosed, conn.Close())
	}
	return &connection{Conn: conn, limit: limit, lease: l.connections.headers.Lease(l.connections.networksOf(conn)...)}, nil
}

// Close implements net.Listener.
func (l *limitedListener) Close() error {
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

// connection distinguishes a client that has reset the connection from one that has only
// closed its sending half after the request, which is allowed: net/http cancels the
// request's context for both.
type connection struct {
	net.Conn

	// ctx is canceled when the connection was reset, or is closed.
	ctx    context.Context
	cancel context.CancelFunc

	lease      budget.Lease[netip.Prefix]
	header     int         // bytes received since the last request
	headerRead atomic.Bool // the header has arrived, and its request is being served

	limit *connectionLimit
	idle  atomic.Bool // idleElement is not nil
	// The fields below are guarded by limit.mu.
	idleElement *list.Element // in limit.idle
	idleSince   time.Time
	released    bool
}

// Read implements net.Conn.
func (c *connection) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	if errors.Is(err, syscall.ECONNRESET) && c.cancel != nil {
		c.cancel()
	}
	if n > 0 && c.idle.Load() && !c.limit.markActive(c) {
		return 0, net.ErrClosed
	}
	if n > 0 && !c.headerRead.Load() {
		if c.header += n; c.header > uncountedHeaderBytes && !c.lease.Grow(headerCost) {
			_, _ = io.WriteString(c.Conn, headerBudgetResponse) // the connection is closed either way
			return 0, io.EOF
		}
	}
	return n, err
}

// headerBudgetResponse equals the response of WriteError to errs.ErrServiceUnavailable.
const headerBudgetResponse = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 33\r\n" +
	"Retry-After: 1\r\nConnection: close\r\n\r\n" + `{"message":"service-unavailable"}`

// endRequest is called after each request and when the connection is closed.
func (c *connection) endRequest() {
	c.header = 0
	c.headerRead.Store(false)
	c.lease.Release()
}

// Close implements net.Conn.
func (c *connection) Close() error {
	if c.cancel != nil {
		c.cancel()
	}
	c.limit.release(c)
	return c.Conn.Close()
}

type connectionKey struct{}

// beginRequest records that the header of a request has been read, and returns the context
// of its connection, which is canceled when the client resets the connection but not when
// it closes its sending half. Without Connections, as in tests, it returns ctx.
func beginRequest(ctx context.Context) context.Context {
	tracked, ok := ctx.Value(connectionKey{}).(*connection)
	if !ok {
		return ctx
	}
	tracked.headerRead.Store(true)
	return tracked.ctx
}
