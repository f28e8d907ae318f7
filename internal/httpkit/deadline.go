package httpkit

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// requestContext is a connection's context with a request's Info and deadline.
// Watching the deadline begins when somebody first waits for the context's end:
// most requests never do, and a timer for each costs more than their log-in check.
type requestContext struct {
	context.Context // the connection's

	info     *Info
	deadline time.Time
	watch    sync.Once
	watched  atomic.Pointer[watchedContext] // nil before anybody waits
}

type watchedContext struct {
	context.Context

	cancel context.CancelFunc
}

// Deadline implements context.Context.
func (c *requestContext) Deadline() (time.Time, bool) { return c.deadline, true }

// Done implements context.Context.
func (c *requestContext) Done() <-chan struct{} { return c.timed().Done() }

// Err implements context.Context.
func (c *requestContext) Err() error {
	if c.watched.Load() == nil && time.Now().Before(c.deadline) {
		return c.Context.Err()
	}
	return c.timed().Err()
}

// Value implements context.Context. What is derived from this context asks for
// the one that is watched, and then needs no goroutine of its own to follow it.
func (c *requestContext) Value(key any) any {
	if key == (infoKey{}) {
		return c.info
	}
	if watched := c.watched.Load(); watched != nil {
		return watched.Value(key)
	}
	return c.Context.Value(key)
}

func (c *requestContext) timed() context.Context {
	c.watch.Do(func() {
		ctx, cancel := context.WithDeadline(c.Context, c.deadline)
		c.watched.Store(&watchedContext{ctx, cancel})
	})
	return c.watched.Load()
}

// end frees the timer. The request is over.
func (c *requestContext) end() {
	if watched := c.watched.Load(); watched != nil {
		watched.cancel()
	}
}
