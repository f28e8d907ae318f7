package httpkit

import (
	"container/list"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"

	"messenger-api/internal/budget"
)

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

	limit   *connectionLimit
	network netip.Prefix // the narrowest of the client; zero for a proxy
	idle    atomic.Bool  // idleElement is not nil
	// The fields below are guarded by limit.mu.
	place                       budget.Lease[netip.Prefix] // of the limits of its networks
	idleElement, networkElement *list.Element              // in limit.idle
	idleSince                   time.Time
	released                    bool
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
			_, _ = io.WriteString(c.Conn, unavailableResponse) // the connection is closed either way
			return 0, io.EOF
		}
	}
	return n, err
}

// unavailableResponse equals the response of WriteError to errs.ErrServiceUnavailable.
const unavailableResponse = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 33\r\n" +
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

// resetOnClose makes the close of an HTTP/1.0 request's connection a reset: there the end of
// the connection is the end of the body, so that a part of it would look like the whole.
func resetOnClose(r *http.Request) {
	tracked, ok := r.Context().Value(connectionKey{}).(*connection)
	if !ok || r.ProtoAtLeast(1, 1) {
		return
	}
	if tcp, ok := tracked.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // if it fails, the connection is closed as usual
	}
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
