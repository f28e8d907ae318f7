package httpkit

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"

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

// Connections manages the connections of one server. It limits their number, in all and for
// each network, and the memory of request headers, and cancels a request's context when its
// connection is reset.
type Connections struct {
	proxies TrustedProxies
	headers *budget.Budget[netip.Prefix]
	limit   *connectionLimit
}

// NewConnections makes Connections for up to maxOpen connections. Only the total limits apply
// to the proxies. It logs when a limit of connections is reached.
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
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			limit.acceptFailed(err)
			return nil, err
		}
		tracked := l.connections.track(conn)
		if !limit.admit(tracked) {
			_, _ = io.WriteString(conn, unavailableResponse) // the buffer of a new connection has room for it
			_ = conn.Close()
			continue
		}
		if !limit.acquire(l.closed) {
			tracked.place.Release()
			return nil, errors.Join(net.ErrClosed, conn.Close())
		}
		return tracked, nil
	}
}

// track wraps a new connection.
func (c *Connections) track(conn net.Conn) *connection {
	tracked := &connection{Conn: conn, limit: c.limit}
	networks := c.networksOf(conn)
	if len(networks) > 0 {
		tracked.network = networks[0]
	}
	tracked.lease, tracked.place = c.headers.Lease(networks...), c.limit.networks.Lease(networks...)
	return tracked
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
