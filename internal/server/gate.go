package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"messenger-api/internal/config"
	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
)

// gate is what the listener serves from the first moment on: while it is shut
// nobody comes in, and while the server drains everybody is sent away after the
// answer.
type gate struct {
	closed   http.Handler
	reason   atomic.Pointer[errs.Error]
	serving  atomic.Pointer[http.Handler]
	draining atomic.Bool
}

var errStarting = errs.ErrServiceUnavailable.WithDetails("the server waits for its database").After(time.Second)

// newGate makes a gate that is shut. answer gives what is answered to all but the
// health calls, from the reason why it is shut; observers learn of these answers.
func newGate(
	cfg config.Config, answer func(reason *errs.Error) *errs.Error, log *slog.Logger, observers ...httpkit.Observer,
) *gate {
	g := &gate{}
	g.shut(errStarting)
	router := httpkit.NewRouter(cfg.BodyMaxBytes())
	newHealth(func(context.Context) error { return g.reason.Load() }).mount(router)
	for _, observer := range observers {
		router.AddObserver(observer)
	}
	refuse := turnAway(func() *errs.Error { return answer(g.reason.Load()) })
	g.closed = router.Serve(log, httpkit.TrustedProxies(cfg.Server.TrustedProxies), refuse)
	return g
}

// theReason is the answer of a gate that says why it is shut.
func theReason(reason *errs.Error) *errs.Error { return reason }

// turnAway answers all but the health calls with the error.
func turnAway(answer func() *errs.Error) httpkit.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if httpkit.InfoFrom(r.Context()).Access != httpkit.Exempt {
				httpkit.WriteError(w, r, answer())
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// open lets requests in to the handler.
func (g *gate) open(handler http.Handler) { g.serving.Store(&handler) }

// shut lets nobody in any more, for this reason.
func (g *gate) shut(reason *errs.Error) {
	g.reason.Store(reason)
	g.serving.Store(nil)
}

// ServeHTTP implements http.Handler.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.draining.Load() {
		w.Header().Set("Connection", "close")
	}
	if handler := g.serving.Load(); handler != nil {
		(*handler).ServeHTTP(w, r)
		return
	}
	g.closed.ServeHTTP(w, r)
}
