package auth

import (
	"context"
	"slices"
	"sync"

	"messenger-api/internal/ratelimit"
)

// maxQueuedAttempts is how many wait for the attempts of one address.
const maxQueuedAttempts = 256

// attemptQueues knows the attempts under way, by address, and lets others wait for their end.
// Safe for concurrent use.
type attemptQueues struct {
	mu        sync.Mutex
	byAddress map[ratelimit.Key]*attemptQueue
}

// attemptQueue is of one address.
type attemptQueue struct {
	// running is how many have begun, those included who still ask whether they may.
	running int
	// returned is how many were given back.
	returned int
	// waiting are woken one at a time, the one who waits longest first.
	waiting []chan struct{}
}

func newAttemptQueues() *attemptQueues {
	return &attemptQueues{byAddress: map[ratelimit.Key]*attemptQueue{}}
}

// begin counts an attempt, and says how many of the address were given back before.
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

// end ends an attempt, which was given back or not.
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

// wake lets the next one try, who wakes the one after that if it comes to nothing.
func (t *attemptQueues) wake(address ratelimit.Key) {
	q := t.byAddress[address]
	if len(q.waiting) > 0 {
		close(q.waiting[0])
		q.waiting = q.waiting[1:]
	} else if q.running == 0 {
		delete(t.byAddress, address)
	}
}

// waitToRetry ends an attempt that was refused, and reports whether another try may do
// better, once it may: since one was given back meanwhile, or after the end of one that
// is under way. Where there is none, where too many wait, or when ctx ends, it may not.
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

// enqueue ends an attempt, and puts it in line where it has to wait.
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

// cancel gives up a place in line. Who was woken in the same moment wakes the next one.
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
