// Package ratelimit limits how often something may happen, by the generic cell
// rate algorithm (GCRA, ITU-T I.371): a steady rate with a burst, and one
// number of state for each key.
package ratelimit

import (
	"context"
	"time"
)

// Limiter allows each key so many events in a period, the same number as a
// burst. It never fails: where a shared count can't be had, it counts in memory.
// It is safe for concurrent use.
type Limiter interface {
	// Take counts one event if the key may have it.
	Take(ctx context.Context, key Key) Decision
	// Return takes back one event that turned out not to count.
	Return(ctx context.Context, key Key)
	// Wait returns how long the key has to wait for its next event, 0 for not at
	// all, and counts nothing.
	Wait(ctx context.Context, key Key) time.Duration
	// Rate is what the limiter allows.
	Rate() Rate
}

// Rate is so many events in a period.
type Rate struct {
	Events int
	Period time.Duration
}

// interval is the time that one event costs.
func (r Rate) interval() time.Duration { return r.Period / time.Duration(r.Events) }

// Decision is what became of one event.
type Decision struct {
	OK bool
	// Wait is how long to wait for another try, 0 where OK.
	Wait time.Duration
	// Remaining is how many events may follow at once.
	Remaining int
	// Reset is the time until the whole burst may come at once again.
	Reset time.Duration
}

// decide makes the Decision of what a key owes after the event: the time until
// it owes nothing.
func (r Rate) decide(owed, wait time.Duration) Decision {
	return Decision{OK: wait <= 0, Wait: max(0, wait), Remaining: int(max(0, r.Period-owed) / r.interval()), Reset: owed}
}
