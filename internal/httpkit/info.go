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
	// Client is the client's address, as reported by trusted proxies where there are any.
	Client netip.Addr
	// Route is the pattern that matched, or empty.
	Route string
	// Access is the access rule of the path.
	Access Access
	// Caller is the authenticated caller, or zero.
	Caller Caller
	// Refusal is why the request could not be authenticated, where Caller is zero. It may be nil.
	Refusal error
	// Status is the response's status, 0 before the response has been started.
	Status int
	// TraceID is the trace that the request belongs to, or empty.
	TraceID string

	connection context.Context // ends with the connection
	began      time.Time
	cancel     context.CancelFunc // ends the request's context

	bodies  *budget.Budget[netip.Prefix] // nil where bodies are not counted
	body    budget.Lease[netip.Prefix]   // of this request's body
	abort   bool                         // abort the connection at the end of the request
	failure *errs.Error                  // for the log
	match   *chi.Context                 // of Route; only set while the handler runs
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
