// Package gather lets concurrent calls share one trip: while a trip is under
// way the next calls gather, and go together as soon as it is back, or before that
// where trips may overlap and enough calls wait. No trip waits for time to pass,
// so a lone caller waits for nobody.
package gather

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrFull is returned when as many calls wait as the Limit allows.
var ErrFull = errors.New("too many calls are waiting")

// Trip carries all the requests at once and answers each at its own index. It
// runs in a goroutine of its own, under no single caller's context, and must
// end by itself.
type Trip[Request, Answer any] func(requests []Request) []Answer

// Arrival is what has to be done after a trip and before its answers leave. It
// runs beside the next trips, and must end by itself, too.
type Arrival[Request, Answer any] func(requests []Request, answers []Answer)

// Limit caps one trip. What does not fit goes with the next one.
type Limit[Request any] struct {
	// Rows is the most requests in a trip.
	Rows int
	// Bytes is the most bytes in a trip by Size; a single request over it goes alone.
	Bytes int
	// Size measures one request in bytes; nil when only Rows counts.
	Size func(Request) int
	// Waiting is the most calls that wait for a trip, WaitingBytes the most bytes
	// by Size; beyond them Do returns ErrFull.
	Waiting, WaitingBytes int
	// Underway is the most trips at once; 0 means 1. Where one is under way, the
	// next leaves when as many calls wait as Crowd says.
	Underway, Crowd int
}

// Group gathers calls for one Trip. It is safe for concurrent use. It holds no
// goroutine while nothing is asked of it.
type Group[Request, Answer any] struct {
	trip    Trip[Request, Answer]
	arrival Arrival[Request, Answer]
	limit   Limit[Request]
	// spare holds the waiters of calls that are over.
	spare sync.Pool

	mu           sync.Mutex
	waiting      []call[Request, Answer]
	waitingBytes int
	// underway is when each trip under way began, the oldest first.
	underway []time.Time
}

type call[Request, Answer any] struct {
	request Request
	done    chan result[Answer]
}

// waiter is what a call waits with.
type waiter[Answer any] struct {
	done  chan result[Answer]
	timer *time.Timer // stopped
}

type result[Answer any] struct {
	answer Answer
	err    error
}

// NewGroup makes a Group of the trip. arrival may be nil, for nothing.
func NewGroup[Request, Answer any](
	trip Trip[Request, Answer], arrival Arrival[Request, Answer], limit Limit[Request],
) *Group[Request, Answer] {
	g := &Group[Request, Answer]{trip: trip, arrival: arrival, limit: limit}
	g.limit.Underway = max(limit.Underway, 1)
	g.spare.New = func() any {
		timer := time.NewTimer(time.Hour)
		timer.Stop()
		return &waiter[Answer]{make(chan result[Answer], 1), timer}
	}
	return g
}

// Do sends the request with the next trip and waits for its answer, until the
// deadline of ctx, whose error it then returns; without a deadline, until ctx ends.
// Then the request may still be carried. Beside a deadline it is not worth its
// price to watch for a caller who leaves before. What comes too late is not carried. A
// trip that panics is an error for each of its callers.
func (g *Group[Request, Answer]) Do(ctx context.Context, request Request) (Answer, error) {
	if err := ctx.Err(); err != nil {
		var none Answer
		return none, err
	}
	with := g.spare.Get().(*waiter[Answer])
	if !g.join(call[Request, Answer]{request, with.done}) {
		g.spare.Put(with)
		var none Answer
		return none, ErrFull
	}
	var left error
	var ended <-chan struct{}
	if deadline, ok := ctx.Deadline(); ok {
		with.timer.Reset(time.Until(deadline))
	} else {
		ended = ctx.Done()
	}
	select {
	case result := <-with.done:
		with.timer.Stop()
		g.spare.Put(with)
		return result.answer, result.err
	case <-with.timer.C:
		left = context.DeadlineExceeded
	case <-ended:
		left = ctx.Err()
	}
	// The channel may get its answer yet: nobody else can have it.
	var none Answer
	return none, left
}

// Busy is how long the oldest trip under way has lasted at the time now, 0 while
// there is none, and how many calls wait for the next ones.
func (g *Group[Request, Answer]) Busy(now time.Time) (underway time.Duration, waiting int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.underway) > 0 {
		underway = now.Sub(g.underway[0])
	}
	return underway, len(g.waiting)
}

// join puts a call among those that wait, if there is room.
func (g *Group[Request, Answer]) join(made call[Request, Answer]) bool {
	size := g.size(made)
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) >= g.limit.Waiting || len(g.waiting) > 0 && g.waitingBytes+size > g.limit.WaitingBytes {
		return false
	}
	g.waiting = append(g.waiting, made)
	g.waitingBytes += size
	if g.leaves() {
		go g.run(g.leave())
	}
	return true
}

func (g *Group[Request, Answer]) size(made call[Request, Answer]) int {
	if g.limit.Size == nil {
		return 0
	}
	return g.limit.Size(made.request)
}
