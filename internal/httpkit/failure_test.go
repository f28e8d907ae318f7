package httpkit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"messenger-api/internal/errs"
)

// answered returns the response to an error.
func answered(ctx context.Context, err error) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	WriteError(recorder, request, err)
	return recorder
}

func TestWriteError(t *testing.T) {
	hush := errors.New("hush: SELECT * FROM /etc/passwd")
	for _, c := range []struct {
		err         error
		status      int
		body, retry string
	}{
		{errs.ErrBadParameters, 400, `{"message":"bad-parameters"}`, ""},
		{errs.ErrBadParameters.WithDetails("limit must be %d", 1), 400, `{"message":"bad-parameters","details":"limit must be 1"}`, ""},
		{errs.ErrAccountNotFound, 400, `{"message":"user-not-found","details":"no account has this name"}`, ""},
		{errs.ErrInvalidSession, 401, `{"message":"invalid-session-id"}`, ""},
		{errs.ErrChatNotFound, 404, `{"message":"chat-not-found"}`, ""},
		{errs.ErrMethodNotAllowed, 405, `{"message":"method-not-allowed"}`, ""},
		{errs.ErrRequestTooLarge, 413, `{"message":"request-too-large"}`, ""},
		{errs.ErrRequestLimit, 429, `{"message":"request-limit-exceeded"}`, "1"},
		{errs.ErrRequestLimit.After(time.Nanosecond), 429, `{"message":"request-limit-exceeded"}`, "1"},
		{errs.ErrRequestLimit.After(time.Second), 429, `{"message":"request-limit-exceeded"}`, "1"},
		{errs.ErrRequestLimit.After(time.Second + 1), 429, `{"message":"request-limit-exceeded"}`, "2"},
		{errs.ErrRequestLimit.After(time.Minute), 429, `{"message":"request-limit-exceeded"}`, "60"},
		{errs.ErrServiceUnavailable.WithCause(hush), 503, `{"message":"service-unavailable"}`, "1"},
		{errs.ErrInternal.WithCause(hush), 500, `{"message":"internal-error"}`, ""},
		{fmt.Errorf("look up: %w", errs.ErrChatNotFound.WithCause(hush)), 404, `{"message":"chat-not-found"}`, ""},
		{errors.Join(hush, errs.ErrChatNotFound), 404, `{"message":"chat-not-found"}`, ""},
		{hush, 500, `{"message":"internal-error"}`, ""},
		{context.DeadlineExceeded, 500, `{"message":"internal-error"}`, ""},
	} {
		got := answered(context.Background(), c.err)
		if got.Code != c.status || got.Body.String() != c.body || got.Header().Get("Retry-After") != c.retry {
			t.Errorf("%v: %d %s, Retry-After %q; want %d %s, %q", c.err, got.Code, got.Body, got.Header().Get("Retry-After"),
				c.status, c.body, c.retry)
		}
		if got.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%v: Content-Type is %q", c.err, got.Header().Get("Content-Type"))
		}
	}
}

// After the request's deadline every error caused by it becomes service-unavailable.
func TestWriteErrorAfterTheDeadline(t *testing.T) {
	ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	for _, err := range []error{context.DeadlineExceeded, fmt.Errorf("query: %w", context.DeadlineExceeded)} {
		if got := answered(ctx, err); got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") != "1" {
			t.Errorf("%v: %d %s", err, got.Code, got.Body)
		}
	}
	if got := answered(ctx, errs.ErrChatNotFound); got.Code != http.StatusNotFound {
		t.Errorf("an error that has nothing to do with it: %d %s", got.Code, got.Body)
	}
}

// If the client closed the connection, an error caused by that is neither sent nor logged as
// a failure. Other errors are handled as usual.
func TestWriteErrorAfterTheClientLeft(t *testing.T) {
	ctx, hangUp := context.WithCancel(context.Background())
	hangUp()
	for _, err := range []error{context.Canceled, errs.ErrServiceUnavailable.WithCause(fmt.Errorf("query: %w", context.Canceled))} {
		info := &Info{}
		got := answered(context.WithValue(ctx, infoKey{}, info), err)
		if got.Body.Len() > 0 || len(got.Header()) > 0 || info.Status != statusClientClosedRequest || !info.abort {
			t.Errorf("%v: %d %s, and %+v", err, got.Code, got.Body, info)
		}
	}
	if got := answered(ctx, errs.ErrInternal); got.Code != http.StatusInternalServerError {
		t.Errorf("an error that has nothing to do with it: %d %s", got.Code, got.Body)
	}
}

// Every kind of error has a status.
func TestStatuses(t *testing.T) {
	for kind := errs.Internal; kind <= errs.Unavailable; kind++ {
		if statuses[kind] < 400 {
			t.Errorf("kind %d has the status %d", kind, statuses[kind])
		}
	}
	if len(statuses) != int(errs.Unavailable)+1 {
		t.Errorf("%d statuses", len(statuses))
	}
}
