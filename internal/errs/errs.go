// Package errs defines the errors that clients may see: their kinds and the codes of the
// contract.
//
// The domain and the backends return these errors; only httpkit maps kinds to HTTP
// statuses. Any other error is a fault of the service: it is logged, and the client gets
// only "internal-error".
package errs

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what a caller can do about an error.
type Kind uint8

// The kinds, in no order of severity.
const (
	// Internal is a fault of the service: every error without a kind has it.
	Internal Kind = iota
	// Invalid input: the same request will fail again.
	Invalid
	// Unauthenticated: the caller has to log in.
	Unauthenticated
	// NotFound: the thing does not exist, or not for this caller.
	NotFound
	// MethodNotAllowed: the path exists, but not for this method.
	MethodNotAllowed
	// TooLarge: the request's body is over the limit.
	TooLarge
	// Limited: too many requests; RetryAfter says when to try again.
	Limited
	// Unavailable: a part that the call needs is down or busy.
	Unavailable
)

// Error is an error that a client may see. Code and Details are sent, the cause is only
// logged.
type Error struct {
	Kind Kind
	// Code is the contract's code, such as "chat-not-found".
	Code string
	// Details is text for people, without internal information. It may be empty.
	Details string
	// RetryAfter is how long the client should wait before retrying, or 0.
	RetryAfter time.Duration

	cause error
}

// New makes an error of a kind. details may be empty.
func New(kind Kind, code, details string) *Error {
	return &Error{Kind: kind, Code: code, Details: details}
}

// Error implements error. The text includes the cause, so it is only for the log.
func (e *Error) Error() string {
	text := e.Code
	if e.Details != "" {
		text += ": " + e.Details
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Is makes two errors with the same kind and code equal for errors.Is.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Kind == e.Kind && other.Code == e.Code
}

// WithDetails returns a copy with the details.
func (e *Error) WithDetails(format string, args ...any) *Error {
	with := *e
	with.Details = fmt.Sprintf(format, args...)
	return &with
}

// WithCause returns a copy with the cause err.
func (e *Error) WithCause(err error) *Error {
	with := *e
	with.cause = err
	return &with
}

// After returns a copy with RetryAfter.
func (e *Error) After(wait time.Duration) *Error {
	with := *e
	with.RetryAfter = wait
	return &with
}

// From returns the Error in err's chain, or ErrInternal with the cause err.
func From(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	return ErrInternal.WithCause(err)
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && From(err).Kind == kind }
