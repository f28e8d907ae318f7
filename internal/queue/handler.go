package queue

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// Handler works on messages. Its functions get a context that does not end with
// that of Consume: they set deadlines of their own. A panic in them is an error.
// Their errors are logged, so they must not hold what a user wrote.
type Handler struct {
	// Handle does the work. Only after nil is the message acknowledged. After an
	// error it is tried again, following a pause; after the last of the tries the id
	// goes to the dead letters.
	Handle func(ctx context.Context, id ID) error
	// DeadLetter is called for each dead letter, again after a pause until it returns nil.
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

// DefaultPauses are the pauses before the second and the third try of a message.
func DefaultPauses() []time.Duration { return []time.Duration{time.Second, 5 * time.Second} }
