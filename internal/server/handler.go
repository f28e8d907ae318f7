package server

import (
	"log/slog"
	"net/http"

	"messenger-api/internal/apps"
	"messenger-api/internal/config"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
)

// newHandler mounts the apps and wraps them in the middleware.
func newHandler(cfg config.Config, built []apps.App, ready health, telemetry telemetry, log *slog.Logger) http.Handler {
	router := httpkit.NewRouter(cfg.BodyMaxBytes())
	ready.mount(router)
	middleware := telemetry.middleware()
	if len(cfg.Server.CORSOrigins) > 0 {
		middleware = append(middleware, httpkit.CORS(cfg.Server.CORSOrigins, string(cfg.Sessions.Header)))
	}
	if cfg.Apps.AuthDisabled {
		middleware = append(middleware, setAnonymousCaller)
	}
	for _, app := range built {
		if app.Mount != nil {
			app.Mount(router)
		}
		if app.Middleware != nil {
			middleware = append(middleware, app.Middleware)
		}
	}
	return router.Serve(log, httpkit.TrustedProxies(cfg.Server.TrustedProxies), middleware...)
}

// setAnonymousCaller replaces the app auth if AUTH_DISABLED is on.
func setAnonymousCaller(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpkit.InfoFrom(r.Context()).Caller.AccountID = messenger.AnonymousAccount.ID
		next.ServeHTTP(w, r)
	})
}
