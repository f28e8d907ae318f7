// Package ratelimit limits how often something may happen, by the generic cell
// rate algorithm (GCRA, ITU-T I.371): a steady rate with a burst. Its only state
// for each key is the theoretical arrival time (TAT), the time until which the
// key's past events are charged; a key whose TAT has passed owes nothing.
package ratelimit

import (
	"context"
	"time"
)

// Limiter allows each key a number of events per period, all of which may come
// at once. It never fails: where the shared count is unavailable, it counts in
// memory. It is safe for concurrent use.
type Limiter interface {
	// Take counts one event if the key may have it.
	Take(ctx context.Context, key Key) Decision
	// Return undoes a Take whose event turned out not to count.
	Return(ctx context.Context, key Key)
	// Wait returns how long the key has to wait for its next event, or 0. It counts
	// nothing.
	Wait(ctx context.Context, key Key) time.Duration
	// Rate returns the limit.
	Rate() Rate
}

// Rate is a number of events per period.
type Rate struct {
	Events int
	Period time.Duration
}

// interval is the time that one event is charged, GCRA's emission interval.
func (r Rate) interval() time.Duration { return r.Period / time.Duration(r.Events) }

// Decision is the result of Take.
type Decision struct {
	OK bool
	// Wait is how long to wait before trying again, 0 where OK.
	Wait time.Duration
	// Remaining is how many more events would be allowed now.
	Remaining int
	// Reset is the time until the whole burst is allowed again.
	Reset time.Duration
}

// decide makes a Decision. owed is the time until the key owes nothing.
func (r Rate) decide(owed, wait time.Duration) Decision {
	return Decision{OK: wait <= 0, Wait: max(0, wait), Remaining: int(max(0, r.Period-owed) / r.interval()), Reset: owed}
}
