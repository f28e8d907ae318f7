package messenger

import (
	"context"
	"errors"
	"sync"
	"time"

	"messenger-api/internal/errs"
)

// stalledWait is how long a send waits while commits hang.
const stalledWait = 500 * time.Millisecond

// Stall knows whether the database's commits hang: it answers, but what waits for the disk,
// or for a standby, does not end. Safe for concurrent use; nil never stalls.
type Stall struct {
	mu        sync.Mutex
	succeeded time.Time
	stalled   bool
}

// Stalled reports whether a send ran out of time, and no commit has succeeded since.
func (s *Stall) Stalled() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stalled
}

// Succeeded is told of a commit that ended well.
func (s *Stall) Succeeded() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.succeeded, s.stalled = time.Now(), false
}

// late is told of a send that ran out of time. Where others were committed meanwhile, it
// was for a reason of its own.
func (s *Stall) late() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stalled = s.stalled || time.Since(s.succeeded) >= tryDeadline
}

// errStalled is the answer to those who are not made to wait.
var errStalled = errs.ErrServiceUnavailable.After(time.Second).WithCause(errors.New("the database's commits hang"))

// impatient ends the wait for a send early while commits hang. The message is still on its
// way, as is the retry of it: what succeeds first ends the stall.
func (s *Stall) impatient(ctx context.Context) (context.Context, context.CancelFunc) {
	if !s.Stalled() {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, stalledWait, errStalled)
}
