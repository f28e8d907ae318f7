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

// cachePause is how long nothing is cached after the cache in memory was cleared. It is as
// long as a look-up of a session may take (messenger.sessionsTimeout), so that no session that
// was read before is cached; memory.Cache.Clear says why a page may be. It is also longer than
// the lease of a leader (2 s): that long a previous leader may accept sends without noticing
// that this process is the leader now, and they invalidate nothing here. One that it commits
// later still may be missing from a page here for pages.TTL.
const cachePause = 3 * time.Second

var (
	errOnStandby = errs.ErrServiceUnavailable.After(time.Second).WithDetails(
		"another process serves on this database, with a cache in its own memory")
	errUnconfirmed = errs.ErrServiceUnavailable.After(time.Second).WithDetails(
		"it is not confirmed that no other process serves on this database")
)

// needLeader reports whether only one process may serve: a process with a cache in its memory
// is not notified of changes by another one on the same database.
func (c caches) needLeader(on []entry) bool {
	return c.local == nil && slices.Contains(names(on), cacheName)
}

// serveAsLeader accepts requests only while this process is the leader among all servers on
// the database.
func (n *node) serveAsLeader(ctx context.Context, store *postgres.Store, caches caches, handler http.Handler) error {
	n.gate.close(errUnconfirmed)
	return store.CampaignForLeader(ctx, &leader{ctx: ctx, node: n, caches: caches, handler: handler})
}

// leader keeps the gate open while this process is the leader, and closed otherwise. It
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
		l.node.gate.close(errUnconfirmed) // the reason that ServeHTTP answers after the lease has ended
		l.caches.memory.Clear(cachePause)
		l.node.acceptRequests(l)
	}
}

// Unconfirmed implements postgres.LeaderObserver. While the server stops, running requests
// are still finished.
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
	l.node.log.Warn("another process serves on this database; this one waits until it ends. " +
		"With CACHE_TYPE=redis, or without the app cache, several can serve at once")
}

// ServeHTTP checks the lease for each request: a process that was suspended may get requests
// before it has noticed that its lease has ended.
func (l *leader) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !l.leads(time.Now()) {
		l.node.gate.closed.ServeHTTP(w, r)
		return
	}
	l.handler.ServeHTTP(w, r)
}

// leads reports whether the lease is valid by both clocks: while a machine is suspended the
// monotonic clock may stop, and the wall clock may be set back.
func (l *leader) leads(now time.Time) bool {
	until := l.until.Load()
	return until != nil && now.Before(*until) && now.Round(0).Before(until.Round(0))
}
