package server

import (
	"context"
	"net/http"
	"slices"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/store/postgres"
)

// quietTime is how long a process that has just become the one that serves keeps
// nothing: longer than its predecessor may go on without noticing.
const quietTime = 3 * time.Second

var errNotAlone = errs.ErrServiceUnavailable.After(time.Second).WithDetails(
	"another process serves on this database, with a cache in its own memory")

// ofOneProcess reports whether what is cached is true for one process only: with
// a cache in its memory, a second one on the same database would never learn
// what the first one changes.
func (c caches) ofOneProcess(on []entry) bool {
	return c.near == nil && slices.Contains(names(on), cacheName)
}

// serveAlone lets requests in only while this process is the one that serves on
// the database.
func (n *node) serveAlone(ctx context.Context, store *postgres.Store, caches caches, handler http.Handler) error {
	n.gate.shut(errNotAlone)
	return store.Alone(ctx, func(held bool) {
		if !held && ctx.Err() == nil {
			n.gate.shut(errNotAlone)
		}
		caches.own.Forget(quietTime)
		if held {
			n.letIn(handler)
		}
	}, func() {
		n.log.Warn("another process serves on this database; this one waits for its end. " +
			"CACHE_TYPE=redis, or APPS without cache, lets several serve at once")
	})
}
