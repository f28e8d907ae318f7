package auth

import (
	"context"
	"net/http"
	"strings"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/ratelimit"
)

// identify authenticates the caller of each request to a protected path. Requests without a
// valid session go on, too: the middleware throttling counts them by address before
// Router.Serve's check refuses them.
func (a *app) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info := httpkit.InfoFrom(r.Context())
		if info.Access != httpkit.Protected {
			next.ServeHTTP(w, r)
			return
		}
		session, err := a.session(r, info)
		switch {
		case errs.Is(err, errs.Unauthenticated), errs.Is(err, errs.Limited):
			info.Refusal = err
		case err != nil:
			httpkit.WriteError(w, r, err)
			return
		default:
			info.Caller = httpkit.Caller{AccountID: session.AccountID, SessionID: session.ID}
		}
		next.ServeHTTP(w, r)
	})
}

func (a *app) session(r *http.Request, info *httpkit.Info) (messenger.Session, error) {
	token, ok := a.token(r)
	if !ok {
		return messenger.Session{}, a.missingTokenError(r)
	}
	hash := token.Hash()
	// For an address over its limit no unknown tokens are looked up, not even in the cache.
	// Sessions that were valid at their last look-up go on.
	if a.options.Requests != nil && !a.known.has(hash) {
		if wait := a.options.Requests.Wait(r.Context(), ratelimit.AddressKey(info.Client)); wait > 0 {
			return messenger.Session{}, errs.ErrRequestLimit.After(wait)
		}
	}
	session, err := a.find(r.Context(), token, hash)
	switch {
	case err == nil:
		a.known.add(hash)
	case errs.Is(err, errs.Unauthenticated):
		a.known.remove(hash)
	}
	return session, err
}

// find looks a session up in the cache, then in the database, and caches an open one.
func (a *app) find(ctx context.Context, token messenger.Token, hash messenger.TokenHash) (messenger.Session, error) {
	session, found, ended := a.cached.find(ctx, hash)
	if observe := a.options.Hooks.SessionFound; observe != nil && a.cached != nil {
		observe(found || ended)
	}
	switch {
	case ended:
		return session, errs.ErrInvalidSession
	case found && !time.Now().Before(session.ExpiresAt):
		return session, errs.ErrExpiredSession
	case found:
		return session, nil
	}
	readAt := time.Now()
	session, err := a.service.Session(ctx, token)
	if err == nil {
		a.cached.store(ctx, hash, session, readAt)
	}
	return session, err
}

// token parses the session's header.
func (a *app) token(r *http.Request) (messenger.Token, bool) {
	values := r.Header.Values(a.options.Header)
	if len(values) != 1 {
		return messenger.Token{}, false
	}
	scheme, secret, ok := strings.Cut(strings.TrimSpace(values[0]), " ")
	// Authentication schemes are case-insensitive in HTTP.
	if !ok || !strings.EqualFold(scheme, a.options.Scheme) {
		return messenger.Token{}, false
	}
	return messenger.ParseToken(strings.TrimSpace(secret))
}

// missingTokenError describes why token found none and the form that is expected. It quotes
// nothing of the header, which may contain a secret in another form.
func (a *app) missingTokenError(r *http.Request) error {
	fault := "can't be read"
	switch len(r.Header.Values(a.options.Header)) {
	case 0:
		fault = "is missing"
	case 1:
	default:
		fault = "is given twice"
	}
	return errs.ErrAuthFailed.WithDetails(`the header %s %s; its form is "%[1]s: %[3]s SESSION_ID"`, a.options.Header, fault, a.options.Scheme)
}
