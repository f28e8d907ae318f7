package queue

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is an exponential backoff with jitter: the first pause is Initial, each further
// one twice as long, up to Max. It is not safe for concurrent use.
type Backoff struct {
	Initial, Max time.Duration

	next time.Duration
}

// Wait waits for the next pause, shortened by up to a half at random, so that clients
// that lost the same server do not reconnect at the same time. It returns false when
// ctx ends first.
func (b *Backoff) Wait(ctx context.Context) bool {
	pause := min(max(b.next, b.Initial), b.Max)
	b.next = 2 * pause
	timer := time.NewTimer(pause - rand.N(pause/2+1)) //nolint:gosec // jitter need not be unpredictable
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Reset starts again with Initial.
func (b *Backoff) Reset() { b.next = 0 }
