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

// cachePause is for how long nothing is cached after the cache was cleared: what was
// read before must not be stored after. A process that has just become the leader
// clears its cache, too, and its predecessor may go on for less than this time
// without noticing.
const cachePause = 3 * time.Second

var (
	errOnStandby = errs.ErrServiceUnavailable.After(time.Second).WithDetails(
		"another process serves on this database, with a cache in its own memory")
	errUnconfirmed = errs.ErrServiceUnavailable.After(time.Second).WithDetails(
		"that no other process serves on this database is not confirmed")
)

// needLeader reports whether only one process may serve: with a cache in its own
// memory, it would never learn what another one on the same database changes.
func (c caches) needLeader(on []entry) bool {
	return c.local == nil && slices.Contains(names(on), cacheName)
}

// serveAsLeader lets requests in only while this process is the leader among all that
// serve on the database.
func (n *node) serveAsLeader(ctx context.Context, store *postgres.Store, caches caches, handler http.Handler) error {
	n.gate.close(errUnconfirmed)
	return store.CampaignForLeader(ctx, &leader{ctx: ctx, node: n, caches: caches, handler: handler})
}

// leader opens the gate while this process is the leader, and shuts it otherwise. It
// implements postgres.LeaderObserver.
type leader struct {
	ctx     context.Context
	node    *node
	caches  caches
	handler http.Handler
	// until is the end of the lease, nil while this process is not the leader.
	until atomic.Pointer[time.Time]
}

// Elected implements postgres.LeaderObserver.
func (l *leader) Elected(until time.Time) {
	if l.until.Swap(&until) == nil {
		l.node.gate.close(errUnconfirmed) // the answer after the lease ended unnoticed, as in a frozen process
		l.caches.memory.Clear(cachePause)
		l.node.acceptRequests(l)
	}
}

// Unconfirmed implements postgres.LeaderObserver. Requests under way when the server
// stops are finished.
func (l *leader) Unconfirmed() {
	if l.ctx.Err() == nil {
		l.until.Store(nil)
		l.node.gate.close(errUnconfirmed)
	}
	l.caches.memory.Clear(cachePause)
}

// Standby implements postgres.LeaderObserver.
func (l *leader) Standby() {
	l.node.gate.close(errOnStandby)
	l.node.log.Warn("another process serves on this database; this one waits for its end. " +
		"CACHE_TYPE=redis, or APPS without cache, lets several serve at once")
}

// ServeHTTP checks the lease for each request: a process that was frozen gets requests
// before it notices that its lease has ended.
func (l *leader) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !l.leads(time.Now()) {
		l.node.gate.closed.ServeHTTP(w, r)
		return
	}
	l.handler.ServeHTTP(w, r)
}

// leads compares by both clocks: while a machine is suspended the monotonic one may
// stand still, and the wall clock may be set back.
func (l *leader) leads(now time.Time) bool {
	until := l.until.Load()
	return until != nil && now.Before(*until) && now.Round(0).Before(until.Round(0))
}
