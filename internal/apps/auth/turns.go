package auth

import (
	"context"
	"slices"
	"sync"

	"messenger-api/internal/ratelimit"
)

// turnsMost is how many wait for the attempts of one address.
const turnsMost = 256

// turns knows the attempts under way, by address, and lets others wait for their end.
// Safe for concurrent use.
type turns struct {
	mu sync.Mutex
	of map[ratelimit.Key]*queue
}

// queue is of one address.
type queue struct {
	// underway is how many have begun, those included who still ask whether they may.
	underway int
	// returned is how many were given back.
	returned int
	// waiting are woken one at a time, the one who waits longest first.
	waiting []chan struct{}
}

func newTurns() *turns { return &turns{of: map[ratelimit.Key]*queue{}} }

// begin counts an attempt, and says how many of the address were given back before.
func (t *turns) begin(address ratelimit.Key) (returned int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.of[address]
	if q == nil {
		q = &queue{}
		t.of[address] = q
	}
	q.underway++
	return q.returned
}

// end ends an attempt, which was given back or not.
func (t *turns) end(address ratelimit.Key, returned bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.of[address]
	if returned {
		q.returned++
	}
	q.underway--
	t.wake(address)
}

// wake lets the next one try, who wakes the one after that if it comes to nothing.
func (t *turns) wake(address ratelimit.Key) {
	q := t.of[address]
	if len(q.waiting) > 0 {
		close(q.waiting[0])
		q.waiting = q.waiting[1:]
	} else if q.underway == 0 {
		delete(t.of, address)
	}
}

// await ends an attempt that was refused, and reports whether another try may do
// better, once it may: since one was given back meanwhile, or after the end of one that
// is under way. Where there is none, where too many wait, or when ctx ends, it may not.
func (t *turns) await(ctx context.Context, address ratelimit.Key, returned int) bool {
	turn, again := t.line(address, returned)
	if turn == nil {
		return again
	}
	select {
	case <-turn:
		return true
	case <-ctx.Done():
		t.leave(address, turn)
		return false
	}
}

// line ends an attempt, and puts it in line where it has to wait.
func (t *turns) line(address ratelimit.Key, returned int) (turn chan struct{}, again bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.of[address]
	q.underway--
	switch {
	case q.returned != returned:
		return nil, true
	case q.underway == 0:
		t.wake(address)
		return nil, false
	case len(q.waiting) >= turnsMost:
		return nil, false
	}
	turn = make(chan struct{})
	q.waiting = append(q.waiting, turn)
	return turn, false
}

// leave gives up a place in line. Who was woken in the same moment wakes the next one.
func (t *turns) leave(address ratelimit.Key, turn chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.of[address]
	if q == nil {
		return
	}
	if place := slices.Index(q.waiting, turn); place >= 0 {
		q.waiting = slices.Delete(q.waiting, place, place+1)
	} else if q.underway == 0 {
		t.wake(address)
	}
}
