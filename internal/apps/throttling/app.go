// Package throttling is the app that limits the requests per second of an account, or of
// an address where there is no session.
package throttling

import (
	"fmt"
	"math"
	"net/http"
	"strconv"

	"messenger-api/internal/apps"
	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/ratelimit"
)

// Name is the app's name in settings.
const Name = "throttling"

// New makes the app. onRefused is called for each request over the limit; it may be nil.
func New(requests ratelimit.Limiter, onRefused func()) apps.App {
	rate := requests.Rate()
	policy := fmt.Sprintf(`"default";q=%d;w=%d`, rate.Events, int(rate.Period.Seconds()))
	return apps.App{Name: Name, Middleware: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			info := httpkit.InfoFrom(r.Context())
			if info.Access != httpkit.Exempt {
				decision := requests.Take(r.Context(), apps.CallerKey(info))
				setHeaders(w.Header(), policy, decision)
				if !decision.OK {
					if onRefused != nil {
						onRefused()
					}
					httpkit.WriteError(w, r, errs.ErrRequestLimit.After(decision.Wait))
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}}
}

// setHeaders sets the fields of draft-ietf-httpapi-ratelimit-headers-10: the policy, the
// remaining requests, and in how many seconds the whole quota is available again.
func setHeaders(header http.Header, policy string, decision ratelimit.Decision) {
	limit := make([]byte, 0, len(`"default";r=1000000;t=1`))
	limit = append(limit, `"default";r=`...)
	limit = strconv.AppendInt(limit, int64(decision.Remaining), 10)
	limit = append(limit, ";t="...)
	limit = strconv.AppendInt(limit, int64(math.Ceil(decision.Reset.Seconds())), 10)
	header.Set("RateLimit-Policy", policy)
	header.Set("RateLimit", string(limit))
}
