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

// gate is the server's handler. While it is open it passes requests on. While it is closed
// it refuses them with the reason, such as that the server is starting. While the server
// drains, connections are closed after their response.
type gate struct {
	closed   http.Handler
	reason   atomic.Pointer[errs.Error]
	serving  atomic.Pointer[http.Handler]
	draining atomic.Bool
}

var errStarting = errs.ErrServiceUnavailable.WithDetails("the server waits for its database").After(time.Second)

// newGate makes a closed gate. answer converts the reason why it is closed to the error for
// all requests but health checks; observers observe these requests.
func newGate(
	cfg config.Config, answer func(reason *errs.Error) *errs.Error, log *slog.Logger, observers ...httpkit.Observer,
) *gate {
	g := &gate{}
	g.close(errStarting)
	router := httpkit.NewRouter(cfg.BodyMaxBytes())
	newHealth(func(context.Context) error { return g.reason.Load() }).mount(router)
	for _, observer := range observers {
		router.AddObserver(observer)
	}
	refuse := refuseAll(func() *errs.Error { return answer(g.reason.Load()) })
	g.closed = router.Serve(log, httpkit.TrustedProxies(cfg.Server.TrustedProxies), refuse)
	return g
}

// closedReason answers requests with the reason itself.
func closedReason(reason *errs.Error) *errs.Error { return reason }

// refuseAll answers all requests but health checks with an error.
func refuseAll(answer func() *errs.Error) httpkit.Middleware {
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

// open passes requests on to the handler.
func (g *gate) open(handler http.Handler) { g.serving.Store(&handler) }

// close refuses requests from now on with this reason.
func (g *gate) close(reason *errs.Error) {
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
