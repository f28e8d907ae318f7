package queue

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// Handler handles messages. The contexts of its functions are not canceled with that of
// Consume, so the functions must set their own deadlines. A panic counts as an error.
// Errors are logged, so they must not contain text written by users.
type Handler struct {
	// Handle does the work. The message is acknowledged after it returned nil. After an
	// error it is retried, following a pause; after the last attempt it becomes a dead
	// letter.
	Handle func(ctx context.Context, id ID) error
	// DeadLetter is called for each dead letter. It is retried, following a pause, until it
	// returns nil.
	DeadLetter func(ctx context.Context, id ID) error
}

// WithRecover returns the handler with panics turned into errors.
func (h Handler) WithRecover() Handler {
	return Handler{Handle: withRecover(h.Handle), DeadLetter: withRecover(h.DeadLetter)}
}

func withRecover(work func(context.Context, ID) error) func(context.Context, ID) error {
	return func(ctx context.Context, id ID) (err error) {
		defer func() {
			if cause := recover(); cause != nil {
				err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			}
		}()
		return work(ctx, id)
	}
}

// DefaultPauses are the pauses before the second and the third attempt at a message.
func DefaultPauses() []time.Duration { return []time.Duration{time.Second, 5 * time.Second} }
