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

// errClientLeft is only logged.
var errClientLeft = errs.ErrServiceUnavailable.WithCause(errors.New("the client hung up"))

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

// statusClientLeft is what is logged and counted of a request whose client has
// cut its connection, and what that brought down: nginx calls it so. Nobody gets it as
// an answer, and nothing has failed here.
const statusClientLeft = 499

// WriteError answers with the error in the contract's form: its code and
// details, never its cause, which is for the request's log line. Where an answer has
// begun, or nobody is left to get one, the connection is cut once the request is over:
// nobody takes half an answer for the whole.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	info := InfoFrom(r.Context())
	if info != nil && errors.Is(r.Context().Err(), context.Canceled) && errors.Is(err, context.Canceled) {
		if info.Status == 0 {
			info.Status = statusClientLeft
		}
		info.failure, info.cut = errClientLeft, true
		return
	}
	if cause := context.Cause(r.Context()); cause != nil && errors.Is(err, r.Context().Err()) {
		err = errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	}
	known := errs.From(err)
	if info != nil {
		if info.failure = known; info.Status != 0 {
			info.cut = true
			return
		}
	}
	if errors.Is(err, errBodyBudget) {
		w.Header().Set("Connection", "close") // what is left of the body is not waited for
	}
	if known.Kind == errs.Limited || known.Kind == errs.Unavailable {
		seconds := max(1, int(math.Ceil(known.RetryAfter.Seconds())))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	// Two strings that are valid UTF-8 can't fail to encode.
	_ = Write(w, statuses[known.Kind], failureBody{known.Code, known.Details})
}
