package auth

import (
	"context"
	"slices"
	"sync"

	"messenger-api/internal/ratelimit"
)

// maxQueuedAttempts limits how many attempts of one address wait.
const maxQueuedAttempts = 256

// attemptQueues makes attempts over the limit wait while other attempts from the same
// address are running: those may turn out right, and then their count is returned to the
// limiter. It is safe for concurrent use.
//
// begin is called before the limiters count an attempt. If the address is over its limit,
// waitToRetry is called next; otherwise end, at the end of the attempt.
type attemptQueues struct {
	mu        sync.Mutex
	byAddress map[ratelimit.Key]*attemptQueue
}

// attemptQueue is the queue of one address.
type attemptQueue struct {
	// running counts the attempts that have begun and not ended, including those that the
	// limiters have not allowed yet.
	running int
	// returned counts the attempts whose count was returned to the limiters.
	returned int
	// waiting has a channel for each waiting attempt, the oldest first; closing it wakes the
	// attempt.
	waiting []chan struct{}
}

func newAttemptQueues() *attemptQueues {
	return &attemptQueues{byAddress: map[ratelimit.Key]*attemptQueue{}}
}

// begin registers an attempt as running, and returns how many attempts of the address were
// returned before, for waitToRetry.
func (t *attemptQueues) begin(address ratelimit.Key) (returned int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.byAddress[address]
	if q == nil {
		q = &attemptQueue{}
		t.byAddress[address] = q
	}
	q.running++
	return q.returned
}

// end ends an attempt. returned is whether its count was returned to the limiters.
func (t *attemptQueues) end(address ratelimit.Key, returned bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.byAddress[address]
	if returned {
		q.returned++
	}
	q.running--
	t.wake(address)
}

// wake wakes the oldest waiting attempt. At its end, or when it gives up, that one wakes the
// next. Without a waiting or running attempt the queue is removed.
func (t *attemptQueues) wake(address ratelimit.Key) {
	q := t.byAddress[address]
	if len(q.waiting) > 0 {
		close(q.waiting[0])
		q.waiting = q.waiting[1:]
	} else if q.running == 0 {
		delete(t.byAddress, address)
	}
}

// waitToRetry ends an attempt that the limiters refused, and reports whether to retry it. It
// returns true at once if an attempt was returned since begin, and otherwise when a running
// attempt has ended. It returns false if none is running, if too many wait, or when ctx ends.
func (t *attemptQueues) waitToRetry(ctx context.Context, address ratelimit.Key, returned int) bool {
	ready, again := t.enqueue(address, returned)
	if ready == nil {
		return again
	}
	select {
	case <-ready:
		return true
	case <-ctx.Done():
		t.cancel(address, ready)
		return false
	}
}

// enqueue ends a refused attempt. It returns a channel if the attempt has to wait, and
// otherwise whether to retry at once.
func (t *attemptQueues) enqueue(address ratelimit.Key, returned int) (ready chan struct{}, again bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.byAddress[address]
	q.running--
	switch {
	case q.returned != returned:
		return nil, true
	case q.running == 0:
		t.wake(address)
		return nil, false
	case len(q.waiting) >= maxQueuedAttempts:
		return nil, false
	}
	ready = make(chan struct{})
	q.waiting = append(q.waiting, ready)
	return ready, false
}

// cancel removes an attempt from the queue. If it was woken at the same moment, it wakes the
// next one in its stead.
func (t *attemptQueues) cancel(address ratelimit.Key, ready chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.byAddress[address]
	if q == nil {
		return
	}
	if index := slices.Index(q.waiting, ready); index >= 0 {
		q.waiting = slices.Delete(q.waiting, index, index+1)
	} else if q.running == 0 {
		t.wake(address)
	}
}
