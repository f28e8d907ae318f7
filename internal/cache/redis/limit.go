package redis

import (
	"context"
	"time"
)

// limited is a context that ends after its limit, counted from when somebody
// first waits for its end: an answer that needs no waiting costs no timer. It is
// for one goroutine.
type limited struct {
	context.Context
	limit  time.Duration
	cancel context.CancelFunc // nil before anybody waits
}

// Done implements context.Context.
func (l *limited) Done() <-chan struct{} {
	if l.cancel == nil {
		l.Context, l.cancel = context.WithTimeout(l.Context, l.limit)
	}
	return l.Context.Done()
}

// release frees the timer.
func (l *limited) release() {
	if l.cancel != nil {
		l.cancel()
	}
}
