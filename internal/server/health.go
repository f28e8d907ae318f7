package server

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/sync/singleflight"

	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
)

// health serves the liveness and readiness checks, /ping and /ping_db.
type health struct {
	// ready pings the database.
	ready func(ctx context.Context) error
	// group lets concurrent requests share one ping: they need no session, and must not
	// be a way to overload the database.
	group *singleflight.Group
}

func newHealth(ready func(ctx context.Context) error) health {
	return health{ready, new(singleflight.Group)}
}

func (h health) mount(r *httpkit.Router) {
	r.Handle(http.MethodGet, "/ping", httpkit.Exempt, func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusOK)
		return nil
	})
	r.Handle(http.MethodGet, "/ping_db", httpkit.Exempt, func(w http.ResponseWriter, r *http.Request) error {
		_, err, _ := h.group.Do("", func() (any, error) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 2*time.Second)
			defer cancel()
			return nil, h.ready(ctx)
		})
		if err != nil {
			return unavailable(err)
		}
		w.WriteHeader(http.StatusOK)
		return nil
	})
}

// unavailable converts any error to one that is answered with 503.
func unavailable(err error) error {
	if errs.Is(err, errs.Unavailable) {
		return err
	}
	return errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
}
