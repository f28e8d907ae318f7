// Package auth is the app of accounts and sessions: it registers, logs in and
// out, and finds out for every request who the caller is.
package auth

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"messenger-api/internal/apps"
	"messenger-api/internal/cache"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/ratelimit"
)

// Name is what the app is called in settings and in the contract.
const Name = "auth"

// cleanupInterval is the pause between two searches for sessions to delete.
const cleanupInterval = time.Hour

// Options are the settings of the app.
type Options struct {
	// Header and Scheme carry the session: "Authorization: session_id 5d3e…".
	Header, Scheme string
	// LogInsPerMinute limits failed log-ins, and registrations, per address.
	LogInsPerMinute int
	// NewLimiter makes a limiter; those of one name share their count over all nodes.
	NewLimiter func(name string, rate ratelimit.Rate) ratelimit.Limiter
	// Requests is the limiter of requests, nil when the service does not throttle.
	Requests ratelimit.Limiter
	// Cache is shared by all nodes; nil where the database is asked each time.
	Cache cache.Cache
	// Hooks is told what happens.
	Hooks Hooks
}

// Hooks counts. Its functions are called by many at once and must be quick; nil
// for nobody to tell.
type Hooks struct {
	// SessionFound: the caller's session was looked for, and the cache had it or not.
	SessionFound func(cached bool)
	// LogInEnded: a log-in or a registration was tried, with this outcome. Those over
	// the limit end with an error of kind errs.Limited.
	LogInEnded, RegistrationEnded func(err error)
}

type app struct {
	service *messenger.Service
	options Options
	guesses *guessLimiter
	known   *knownTokens
	cached  *cachedSessions
	log     *slog.Logger
}

// New makes the app.
func New(service *messenger.Service, options Options, log *slog.Logger) apps.App {
	a := &app{
		service: service, options: options, guesses: newGuessLimiter(options), known: newKnownTokens(), log: log,
	}
	if options.Cache != nil {
		a.cached = &cachedSessions{options.Cache, time.Now}
	}
	return apps.App{Name: Name, Mount: a.mount, Middleware: a.identify, Run: a.deleteEndedSessions}
}

func (a *app) mount(r *httpkit.Router) {
	r.Handle(http.MethodPost, "/v1/auth/register", httpkit.Public, a.register)
	r.Handle(http.MethodPost, "/v1/auth/login", httpkit.Public, a.logIn)
	r.Handle(http.MethodPost, "/v1/auth/logout", httpkit.Protected, a.logOut)
	r.Handle(http.MethodGet, "/v1/auth/sessions", httpkit.Protected, a.listSessions)
	r.Handle(http.MethodDelete, "/v1/auth/sessions/{session_id}", httpkit.Protected, a.endSession)
	r.Handle(http.MethodPost, "/v1/auth/password", httpkit.Protected, a.changePassword)
}

// caller is the session of a request to a protected path.
func caller(r *http.Request) messenger.Session {
	who := httpkit.InfoFrom(r.Context()).Caller
	return messenger.Session{ID: who.SessionID, AccountID: who.AccountID}
}

// deleteEndedSessions deletes sessions that ended long ago, until ctx ends.
func (a *app) deleteEndedSessions(ctx context.Context) error {
	for {
		deleted, err := a.service.DeleteEndedSessions(ctx)
		pause := cleanupInterval
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // told to stop: what failed will be done after the next start
		case err != nil:
			a.log.WarnContext(ctx, "old sessions not deleted; tried again later", "error", err)
		case deleted > 0:
			// There may be more: the next lot after a short breath.
			pause = time.Second
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}
