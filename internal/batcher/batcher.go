// Package batcher collects the requests of concurrent calls into batches. While a batch
// is being flushed the next requests are collected, and are flushed together as soon as
// that is done. Nothing waits for a timer to fill a batch, so a lone caller never waits.
package batcher

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrFull is returned when as many requests wait as the Limits allow.
var ErrFull = errors.New("too many requests are waiting")

// Flush handles all requests of a batch and returns an answer to each at its own index.
// It runs in a goroutine of its own, under no caller's context, and must end by itself.
type Flush[Request, Answer any] func(requests []Request) []Answer

// AfterFlush is called after a flush and before its answers are returned. The next
// flush does not wait for it. It must end by itself, too.
type AfterFlush[Request, Answer any] func(requests []Request, answers []Answer)

// Limits bound the batches, and say how many flushes run at once.
type Limits[Request any] struct {
	// Rows is the most requests in a batch.
	Rows int
	// Bytes is the most bytes in a batch by Size; a single request over it is flushed alone.
	Bytes int
	// Size measures one request in bytes; nil when only Rows counts.
	Size func(Request) int
	// Waiting is the most requests that wait for a flush, WaitingBytes the most bytes
	// by Size; beyond them Do returns ErrFull.
	Waiting, WaitingBytes int
	// InFlight is the most flushes at once; 0 means 1.
	InFlight int
	// Enough is how many waiting requests are worth a flush beside others; 0 for none.
	Enough int
	// StuckAfter is how long a flush may take before the next one no longer waits for
	// it; 0 for as long as it takes.
	StuckAfter time.Duration
}

// Batcher collects requests for one Flush. It is safe for concurrent use. It holds no
// goroutine while nothing is asked of it.
type Batcher[Request, Answer any] struct {
	flush      Flush[Request, Answer]
	afterFlush AfterFlush[Request, Answer]
	limits     Limits[Request]
	// waiters are those of calls that are over, to be used again.
	waiters sync.Pool

	mu           sync.Mutex
	waiting      []call[Request, Answer]
	waitingBytes int
	// inFlight is when each flush that runs was started, the oldest first.
	inFlight []time.Time
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

// New makes a Batcher. afterFlush may be nil.
func New[Request, Answer any](
	flush Flush[Request, Answer], afterFlush AfterFlush[Request, Answer], limits Limits[Request],
) *Batcher[Request, Answer] {
	b := &Batcher[Request, Answer]{flush: flush, afterFlush: afterFlush, limits: limits}
	b.limits.InFlight = max(limits.InFlight, 1)
	b.waiters.New = func() any {
		timer := time.NewTimer(time.Hour)
		timer.Stop()
		return &waiter[Answer]{make(chan result[Answer], 1), timer}
	}
	return b
}

// Do puts the request into a batch and waits for its answer until the deadline of ctx,
// whose error it then returns; without a deadline, until ctx ends. (A context that has a
// deadline and is canceled before it is waited for until the deadline.) The request may
// be flushed all the same. One whose ctx has ended before the call is not flushed. A
// flush that panics is an error for each of its callers.
func (b *Batcher[Request, Answer]) Do(ctx context.Context, request Request) (Answer, error) {
	var none Answer
	if err := ctx.Err(); err != nil {
		return none, err
	}
	with := b.waiters.Get().(*waiter[Answer])
	if !b.add(call[Request, Answer]{request, with.done}) {
		b.waiters.Put(with)
		return none, ErrFull
	}
	var ended <-chan struct{}
	if deadline, ok := ctx.Deadline(); ok {
		with.timer.Reset(time.Until(deadline))
	} else {
		ended = ctx.Done()
	}
	select {
	case result := <-with.done:
		with.timer.Stop()
		b.waiters.Put(with)
		return result.answer, result.err
	// The waiter is not used again in these cases: its channel may still get the answer.
	case <-with.timer.C:
		return none, context.DeadlineExceeded
	case <-ended:
		return none, ctx.Err()
	}
}

// add puts a call among those that wait, if there is room.
func (b *Batcher[Request, Answer]) add(made call[Request, Answer]) bool {
	size := b.size(made)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) >= b.limits.Waiting || len(b.waiting) > 0 && b.waitingBytes+size > b.limits.WaitingBytes {
		return false
	}
	b.waiting = append(b.waiting, made)
	b.waitingBytes += size
	b.startIfDue()
	return true
}

func (b *Batcher[Request, Answer]) size(made call[Request, Answer]) int {
	if b.limits.Size == nil {
		return 0
	}
	return b.limits.Size(made.request)
}
