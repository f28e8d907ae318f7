package messenger

import (
	"context"
	"errors"
	"sync"
	"time"

	"messenger-api/internal/errs"
)

// stalledSendWait is how long a send waits while commits hang.
const stalledSendWait = 500 * time.Millisecond

// CommitStall detects that the database's commits hang: queries still succeed, but what waits
// for the disk, or for a standby, does not end. Safe for concurrent use; nil never stalls.
type CommitStall struct {
	mu        sync.Mutex
	succeeded time.Time
	stalled   bool
}

// Stalled reports whether a send ran out of time, and no commit has succeeded since.
func (s *CommitStall) Stalled() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stalled
}

// RecordSuccess records that a commit succeeded.
func (s *CommitStall) RecordSuccess() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.succeeded, s.stalled = time.Now(), false
}

// recordTimeout records that a send ran out of time. Commits count as hanging only where none
// has succeeded lately: else the send was late for another reason.
func (s *CommitStall) recordTimeout() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stalled = s.stalled || time.Since(s.succeeded) >= attemptTimeout
}

// errStalled is returned to senders whose wait is cut short.
var errStalled = errs.ErrServiceUnavailable.After(time.Second).WithCause(errors.New("the database's commits hang"))

// limitWait shortens the wait for a send while commits hang. The message is still being
// committed, and retried: the first success ends the stall.
func (s *CommitStall) limitWait(ctx context.Context) (context.Context, context.CancelFunc) {
	if !s.Stalled() {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, stalledSendWait, errStalled)
}
