package httpkit

import (
	"log/slog"
	"net/http"

	"messenger-api/internal/errs"
)

// Serve wraps the router in its middleware, from the outside in: Observe, the given
// middleware in order (auth before throttling), and a check that Protected paths have a
// Caller.
func (r *Router) Serve(log *slog.Logger, proxies TrustedProxies, middleware ...Middleware) http.Handler {
	handler := requireCaller(r)
	for i := len(middleware) - 1; i >= 0; i-- {
		handler = middleware[i](handler)
	}
	return Observe(log, proxies, r.access, r.observers...)(handler)
}

func requireCaller(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info := InfoFrom(r.Context())
		if info.Access == Protected && info.Caller == (Caller{}) {
			refusal := info.Refusal
			if refusal == nil {
				refusal = errs.ErrAuthFailed
			}
			WriteError(w, r, refusal)
			return
		}
		next.ServeHTTP(w, r)
	})
}
