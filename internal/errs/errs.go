// Package errs holds the kinds of error that the service tells apart, each
// with the code that the contract promises to clients.
//
// The domain and the backends return these errors; only httpkit knows which
// HTTP status a kind becomes. An error that is none of them is a fault of ours:
// it is logged and the client learns nothing but "internal-error".
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

// Error is an error that a client may see: its Code and Details go into the
// answer, its cause does not.
type Error struct {
	Kind Kind
	// Code is the word of the contract, such as "chat-not-found".
	Code string
	// Details is text for a person; it never holds internal text. May be empty.
	Details string
	// RetryAfter is how long to wait before another try; 0 where it means nothing.
	RetryAfter time.Duration

	cause error
}

// New makes an error of a kind. details may be empty.
func New(kind Kind, code, details string) *Error {
	return &Error{Kind: kind, Code: code, Details: details}
}

// Error implements error. The text is for the log: it has the cause in it.
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

// Unwrap returns the cause, nil where there is none.
func (e *Error) Unwrap() error { return e.cause }

// Is makes two errors with the same kind and code equal for errors.Is.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Kind == e.Kind && other.Code == e.Code
}

// WithDetails returns a copy that says more to the person who reads it.
func (e *Error) WithDetails(format string, args ...any) *Error {
	with := *e
	with.Details = fmt.Sprintf(format, args...)
	return &with
}

// WithCause returns a copy that keeps err for the log.
func (e *Error) WithCause(err error) *Error {
	with := *e
	with.cause = err
	return &with
}

// After returns a copy that asks the client to wait.
func (e *Error) After(wait time.Duration) *Error {
	with := *e
	with.RetryAfter = wait
	return &with
}

// From finds the Error in err's chain; one without any is ErrInternal caused by err.
func From(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	return ErrInternal.WithCause(err)
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && From(err).Kind == kind }
