// Package gather lets concurrent calls share one trip: while a trip is under
// way the next calls gather, and go together as soon as it is back. There is no
// timer, so a lone caller waits for nobody.
package gather

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
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
}

// Group gathers calls for one Trip. It is safe for concurrent use. It holds no
// goroutine while nothing is asked of it.
type Group[Request, Answer any] struct {
	trip    Trip[Request, Answer]
	arrival Arrival[Request, Answer]
	limit   Limit[Request]
	// spare holds the channels of calls that are over.
	spare sync.Pool

	mu           sync.Mutex
	waiting      []call[Request, Answer]
	waitingBytes int
	running      bool
	// since is when the trip under way began, zero while there is none.
	since time.Time
}

type call[Request, Answer any] struct {
	request Request
	done    chan result[Answer]
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
	g.spare.New = func() any { return make(chan result[Answer], 1) }
	return g
}

// Do sends the request with the next trip and waits for its answer. When ctx
// ends first it returns ctx's error, and the request may still be carried. A
// trip that panics is an error for each of its callers.
func (g *Group[Request, Answer]) Do(ctx context.Context, request Request) (Answer, error) {
	made := call[Request, Answer]{request, g.spare.Get().(chan result[Answer])}
	if !g.join(made) {
		g.spare.Put(made.done)
		var none Answer
		return none, ErrFull
	}
	select {
	case result := <-made.done:
		g.spare.Put(made.done)
		return result.answer, result.err
	case <-ctx.Done():
		// The channel may get its answer yet: nobody else can have it.
		var none Answer
		return none, ctx.Err()
	}
}

// Busy is how long the present trip has lasted at the time now, 0 while there is
// none, and how many calls wait for the next ones.
func (g *Group[Request, Answer]) Busy(now time.Time) (underway time.Duration, waiting int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.since.IsZero() {
		underway = now.Sub(g.since)
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
	if !g.running {
		g.running = true
		go g.run()
	}
	return true
}

func (g *Group[Request, Answer]) size(made call[Request, Answer]) int {
	if g.limit.Size == nil {
		return 0
	}
	return g.limit.Size(made.request)
}

// run makes trips until nobody waits.
func (g *Group[Request, Answer]) run() {
	for calls := g.next(); calls != nil; calls = g.next() {
		requests := make([]Request, len(calls))
		for i := range calls {
			requests[i] = calls[i].request
		}
		var answers []Answer
		err := safely(func() { answers = g.trip(requests) })
		if g.arrival == nil || err != nil {
			answer(calls, answers, err)
			continue
		}
		go func() { answer(calls, answers, safely(func() { g.arrival(requests, answers) })) }()
	}
}

func answer[Request, Answer any](calls []call[Request, Answer], answers []Answer, err error) {
	for i := range calls {
		result := result[Answer]{err: err}
		if err == nil {
			result.answer = answers[i]
		}
		calls[i].done <- result
	}
}

// safely makes an error of a panic, which would otherwise end the process, and
// with it everybody's calls.
func safely(do func()) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	do()
	return nil
}

// next takes the longest run of waiting calls that fits the limit.
func (g *Group[Request, Answer]) next() []call[Request, Answer] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.running, g.waiting, g.since = false, nil, time.Time{}
		return nil
	}
	count, total := 0, 0
	for count < min(len(g.waiting), g.limit.Rows) {
		size := g.size(g.waiting[count])
		if count > 0 && g.limit.Size != nil && total+size > g.limit.Bytes {
			break
		}
		total += size
		count++
	}
	calls := g.waiting[:count:count]
	g.waiting = g.waiting[count:]
	g.waitingBytes -= total
	g.since = time.Now()
	return calls
}
