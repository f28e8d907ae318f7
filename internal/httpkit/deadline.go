package httpkit

import (
	"context"
	"sync/atomic"
	"time"
)

// requestContext is a connection's context with a request's Info and deadline.
// Watching the deadline begins when somebody first waits for the context's end:
// most requests never do, and a timer for each costs more than their log-in check.
type requestContext struct {
	context.Context // the connection's

	info  *Info
	began time.Time
	// most is how long the request may take, a time.Duration.
	most    atomic.Int64
	watched atomic.Pointer[watchedContext] // nil before anybody waits
}

type watchedContext struct {
	context.Context

	cancel context.CancelFunc
}

// Deadline implements context.Context.
func (c *requestContext) Deadline() (time.Time, bool) { return c.deadline(), true }

func (c *requestContext) deadline() time.Time { return c.began.Add(time.Duration(c.most.Load())) }

// Done implements context.Context.
func (c *requestContext) Done() <-chan struct{} { return c.timed().Done() }

// Err implements context.Context.
func (c *requestContext) Err() error {
	if c.watched.Load() == nil && time.Now().Before(c.deadline()) {
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
	for {
		if watched := c.watched.Load(); watched != nil {
			return watched
		}
		ctx, cancel := context.WithDeadline(c.Context, c.deadline())
		if !c.watched.CompareAndSwap(nil, &watchedContext{ctx, cancel}) {
			cancel()
		}
	}
}

// slowBody is what a body may take out of the time of its request.
const slowBody = time.Second

// bodyArrived gives the request its time anew where its body took long: the server
// has a limit of its own for reading, and the client is not to fail for ever. What
// was begun before the body was read must be over.
func (c *requestContext) bodyArrived() {
	if took := time.Since(c.began); took > slowBody {
		c.most.Store(int64(took + requestDeadline))
		c.end()
	}
}

// end frees the timer. The request is over, or begins anew.
func (c *requestContext) end() {
	if watched := c.watched.Swap(nil); watched != nil {
		watched.cancel()
	}
}
