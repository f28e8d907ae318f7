// Package throttling is the app that limits how many requests a second a user
// makes, or an address where there is no session.
package throttling

import (
	"net/http"

	"messenger-api/internal/apps"
	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/ratelimit"
)

// Name is what the app is called in settings.
const Name = "throttling"

// New makes the app over a limiter of requests.
func New(requests *ratelimit.Limiter) apps.App {
	return apps.App{Name: Name, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			info := httpkit.InfoOf(r.Context())
			if info.Access != httpkit.Free {
				if wait, ok := requests.Take(keyOf(info)); !ok {
					httpkit.WriteError(w, r, errs.ErrRequestLimit.After(wait))
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}}
}

// keyOf is the account of a session, else the address.
func keyOf(info *httpkit.Info) ratelimit.Key {
	if info.Caller.HasSession() {
		return ratelimit.AccountKey(info.Caller.AccountID)
	}
	return ratelimit.AddressKey(info.Client)
}
