// Package auth is the app for accounts and sessions. It registers accounts, logs in and
// out, changes passwords, and authenticates the caller of every request. It limits
// failed log-ins and registrations per address, network and account (guessLimiter), and
// caches sessions (cachedSessions). types.gen.go is generated from api/swagger.yml.
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

// Name is the app's name in settings and in the contract.
const Name = "auth"

// cleanupInterval is the pause between deletions of old sessions.
const cleanupInterval = time.Hour

// Options are the settings of the app.
type Options struct {
	// Header and Scheme carry the session: "Authorization: session_id 5d3e…".
	Header, Scheme string
	// LogInsPerMinute limits failed log-ins, and registrations, per address.
	LogInsPerMinute int
	// NewLimiter makes a limiter; limiters of the same name share their count over all nodes.
	NewLimiter func(name string, rate ratelimit.Rate) ratelimit.Limiter
	// Requests is the limiter of requests, nil with the app throttling off.
	Requests ratelimit.Limiter
	// Cache is shared by all nodes. Where it is nil, every session is read from the database.
	Cache cache.Cache
	// Hooks are called on events.
	Hooks Hooks
}

// Hooks are functions to count events with. They are called concurrently and must return
// quickly; each may be nil.
type Hooks struct {
	// SessionFound is called after a session look-up; cached is whether the cache had it.
	SessionFound func(cached bool)
	// LogInEnded and RegistrationEnded are called after each attempt with its result. Those
	// over a limit end with an error of kind errs.Limited.
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
	caller := httpkit.InfoFrom(r.Context()).Caller
	return messenger.Session{ID: caller.SessionID, AccountID: caller.AccountID}
}

// deleteEndedSessions repeatedly deletes sessions that ended long ago, until ctx ends.
func (a *app) deleteEndedSessions(ctx context.Context) error {
	for {
		deleted, err := a.service.DeleteEndedSessions(ctx)
		pause := cleanupInterval
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // stopped: the sessions are deleted after the next start
		case err != nil:
			a.log.WarnContext(ctx, "old sessions not deleted; will retry later", "error", err)
		case deleted > 0:
			pause = time.Second // there may be more
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}
