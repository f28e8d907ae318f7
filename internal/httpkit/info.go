package httpkit

import (
	"context"
	"net/netip"
	"time"

	"github.com/go-chi/chi/v5"

	"messenger-api/internal/budget"
	"messenger-api/internal/errs"
)

// Info is what is known of a request while it is served. It belongs to the
// request's goroutine.
type Info struct {
	// ID is the client's X-Request-Id, or a new one.
	ID string
	// Client is the address that the request comes from, behind trusted proxies.
	Client netip.Addr
	// Route is the pattern that matched, empty while none has.
	Route string
	// Access is what the path asks of its caller.
	Access Access
	// Caller is who asks; its zero value is nobody.
	Caller Caller
	// Refusal says why Caller is nobody.
	Refusal error
	// Status is what was answered, 0 while nothing was.
	Status int
	// TraceID is the request's trace, empty where there is none.
	TraceID string

	connection context.Context // ends with the connection
	began      time.Time
	cancel     context.CancelFunc // ends the request's context

	bodies  *budget.Budget[netip.Prefix] // nil where no body is bounded
	body    budget.Lease[netip.Prefix]   // what this one holds
	cut     bool                         // the connection has to be cut
	failure *errs.Error
	match   *chi.Context // of Route, nil but in its handler
}

// Caller is the account on whose behalf a request is made.
type Caller struct {
	AccountID [16]byte
	// SessionID is zero when there is no session, as with the auth app off.
	SessionID [16]byte
}

// HasSession reports whether the caller has logged in.
func (c Caller) HasSession() bool { return c.SessionID != [16]byte{} }

type infoKey struct{}

// InfoFrom returns the request's Info. It is never nil inside the chain of Serve.
func InfoFrom(ctx context.Context) *Info {
	info, _ := ctx.Value(infoKey{}).(*Info)
	return info
}
