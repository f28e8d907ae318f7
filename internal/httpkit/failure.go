package httpkit

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"messenger-api/internal/errs"
)

// failureBody is the contract's form of an error.
type failureBody struct {
	Message string `json:"message"`
	Details string `json:"details,omitempty"`
}

// errClientClosed is only logged.
var errClientClosed = errs.ErrServiceUnavailable.WithCause(errors.New("the client closed the connection"))

var statuses = map[errs.Kind]int{
	errs.Internal:         http.StatusInternalServerError,
	errs.Invalid:          http.StatusBadRequest,
	errs.Unauthenticated:  http.StatusUnauthorized,
	errs.NotFound:         http.StatusNotFound,
	errs.MethodNotAllowed: http.StatusMethodNotAllowed,
	errs.TooLarge:         http.StatusRequestEntityTooLarge,
	errs.Limited:          http.StatusTooManyRequests,
	errs.Unavailable:      http.StatusServiceUnavailable,
}

// statusClientClosedRequest is logged and counted for a request whose client closed the
// connection before the response, as nginx does. It is never sent, and is no failure of
// this server.
const statusClientClosedRequest = 499

// WriteError responds with the error in the contract's form: its code and details, never
// its cause, which is logged. If a response has been started, or the client is gone, the
// connection is aborted at the end of the request, so that no client takes a part of a
// response for the whole.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	info := InfoFrom(r.Context())
	if info != nil && errors.Is(r.Context().Err(), context.Canceled) && errors.Is(err, context.Canceled) {
		if info.Status == 0 {
			info.Status = statusClientClosedRequest
		}
		info.failure, info.abort = errClientClosed, true
		return
	}
	if cause := context.Cause(r.Context()); cause != nil && errors.Is(err, r.Context().Err()) {
		err = errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	}
	known := errs.From(err)
	if info != nil {
		if info.failure = known; info.Status != 0 {
			info.abort = true
			return
		}
	}
	if errors.Is(err, errBodyBudget) {
		w.Header().Set("Connection", "close") // the remaining body is not read
	}
	if known.Kind == errs.Limited || known.Kind == errs.Unavailable {
		seconds := max(1, int(math.Ceil(known.RetryAfter.Seconds())))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	// It can't fail: code and details are valid UTF-8.
	_ = Write(w, statuses[known.Kind], failureBody{known.Code, known.Details})
}
