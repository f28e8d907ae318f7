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

// WriteError answers with the error in the contract's form: its code and
// details, never its cause, which is for the request's log line.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	if cause := context.Cause(r.Context()); cause != nil && errors.Is(err, r.Context().Err()) {
		err = errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	}
	known := errs.From(err)
	if info := InfoOf(r.Context()); info != nil {
		info.failure = known
	}
	if known.Kind == errs.Limited || known.Kind == errs.Unavailable {
		seconds := max(1, int(math.Ceil(known.RetryAfter.Seconds())))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	// Two strings that are valid UTF-8 can't fail to encode.
	_ = Write(w, statuses[known.Kind], failureBody{known.Code, known.Details})
}
