package queue

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is a pause that grows: Initial, then twice as long each time, up to Max.
// Not safe for concurrent use.
type Backoff struct {
	Initial, Max time.Duration

	next time.Duration
}

// Wait waits for the pause, and reports whether ctx is still alive. The pause is
// cut by up to a half at random, so that those who lost the same thing do not come
// back at the same time.
func (b *Backoff) Wait(ctx context.Context) bool {
	pause := min(max(b.next, b.Initial), b.Max)
	b.next = 2 * pause
	timer := time.NewTimer(pause - rand.N(pause/2+1)) //nolint:gosec // it need not be secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Reset makes the next pause the first one again.
func (b *Backoff) Reset() { b.next = 0 }
