package server

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/store/postgres"
)

// quietTime is how long a process that has just become the one that serves keeps
// nothing: longer than its predecessor may go on without noticing.
const quietTime = 3 * time.Second

var (
	errNotAlone = errs.ErrServiceUnavailable.After(time.Second).WithDetails(
		"another process serves on this database, with a cache in its own memory")
	errUnconfirmed = errs.ErrServiceUnavailable.After(time.Second).WithDetails(
		"that no other process serves on this database is not confirmed")
)

// ofOneProcess reports whether what is cached is true for one process only: with
// a cache in its memory, a second one on the same database would never learn
// what the first one changes.
func (c caches) ofOneProcess(on []entry) bool {
	return c.near == nil && slices.Contains(names(on), cacheName)
}

// serveAlone lets requests in only while this process is the one that serves on
// the database.
func (n *node) serveAlone(ctx context.Context, store *postgres.Store, caches caches, handler http.Handler) error {
	n.gate.shut(errUnconfirmed)
	return store.Alone(ctx, &alone{ctx: ctx, node: n, caches: caches, handler: handler})
}

// alone opens and shuts the gate. It implements postgres.Standing.
type alone struct {
	ctx     context.Context
	node    *node
	caches  caches
	handler http.Handler
	// until is how long this process may serve, nil while it is not the one.
	until atomic.Pointer[time.Time]
}

// Held implements postgres.Standing.
func (a *alone) Held(until time.Time) {
	if a.until.Swap(&until) == nil {
		a.node.gate.shut(errUnconfirmed) // what is said where it is frozen, and has yet to find out
		a.caches.own.Forget(quietTime)
		a.node.letIn(a)
	}
}

// Lost implements postgres.Standing. What runs when the server stops is finished.
func (a *alone) Lost() {
	if a.ctx.Err() == nil {
		a.until.Store(nil)
		a.node.gate.shut(errUnconfirmed)
	}
	a.caches.own.Forget(quietTime)
}

// Waiting implements postgres.Standing.
func (a *alone) Waiting() {
	a.node.gate.shut(errNotAlone)
	a.node.log.Warn("another process serves on this database; this one waits for its end. " +
		"CACHE_TYPE=redis, or APPS without cache, lets several serve at once")
}

// ServeHTTP judges for each request whether this process may serve: one that was
// frozen has requests before it finds out what it missed.
func (a *alone) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !a.holds(time.Now()) {
		a.node.gate.closed.ServeHTTP(w, r)
		return
	}
	a.handler.ServeHTTP(w, r)
}

// holds goes by both clocks: while a machine is suspended the monotonic one may
// stand still, and the other one may be set back.
func (a *alone) holds(now time.Time) bool {
	until := a.until.Load()
	return until != nil && now.Before(*until) && now.Round(0).Before(until.Round(0))
}
