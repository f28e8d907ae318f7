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

// gate is what the listener serves from the first moment on: until the database
// is open nobody comes in, and while the server drains everybody is sent away
// after the answer.
type gate struct {
	starting http.Handler
	serving  atomic.Pointer[http.Handler]
	draining atomic.Bool
}

func newGate(cfg config.Config, log *slog.Logger) *gate {
	router := httpkit.NewRouter(cfg.BodyMaxBytes())
	newHealth(func(context.Context) error { return errStarting }).mount(router)
	return &gate{starting: router.Serve(log, httpkit.TrustedProxies(cfg.Server.TrustedProxies), refuseAll)}
}

var errStarting = errs.ErrServiceUnavailable.WithDetails("the server waits for its database").After(time.Second)

func refuseAll(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if httpkit.InfoOf(r.Context()).Access != httpkit.Free {
			httpkit.WriteError(w, r, errStarting)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// open lets requests in to the handler.
func (g *gate) open(handler http.Handler) { g.serving.Store(&handler) }

// ServeHTTP implements http.Handler.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.draining.Load() {
		w.Header().Set("Connection", "close")
	}
	if handler := g.serving.Load(); handler != nil {
		(*handler).ServeHTTP(w, r)
		return
	}
	g.starting.ServeHTTP(w, r)
}
