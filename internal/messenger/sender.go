package messenger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"messenger-api/internal/batcher"
	"messenger-api/internal/errs"
)

// The limits of a commit, and of what waits for one.
const (
	commitMaxRows         = 512
	commitMaxBytes        = 4 << 20
	commitMaxWaiting      = 16384
	commitMaxWaitingBytes = 64 << 20
)

// When a commit starts while others run: when so many messages wait for it, or when all
// that run have taken so long, which most don't by far.
const (
	commitMinRows    = 16
	commitStuckAfter = 50 * time.Millisecond
)

// How long one try of a commit may take, which is longer than it waits for a lock, and
// the pauses between tries of one whose outcome is unknown.
const (
	tryDeadline   = 3 * time.Second
	minRetryPause = 20 * time.Millisecond
	maxRetryPause = 500 * time.Millisecond
)

// pendingMessage waits to be committed until its deadline. Only the values of the
// caller's context are used: the context may end while the message is committed.
type pendingMessage struct {
	message  Message
	deadline time.Time
	caller   context.Context
}

// sendResult is the outcome of one send; err is that of its whole batch.
type sendResult struct {
	AppendResult

	err error
}

// sender commits batches of messages.
type sender struct {
	store         Store
	notifyChanged func(ctx context.Context, chats ...[16]byte)
	committed     func(messages int, appended []AppendResult, took time.Duration, err error)
	stall         *CommitStall
	contended     *contendedChats
	log           *slog.Logger
}

// newBatcher makes a batcher with at most so many commits at once.
func (s *sender) newBatcher(commits int) *batcher.Batcher[pendingMessage, sendResult] {
	return batcher.New(s.flush, s.notify, batcher.Limits[pendingMessage]{
		Rows: commitMaxRows, Bytes: commitMaxBytes, Waiting: commitMaxWaiting, WaitingBytes: commitMaxWaitingBytes,
		InFlight: commits, Enough: commitMinRows, StuckAfter: commitStuckAfter,
		Size: func(o pendingMessage) int { return len(o.message.Text) + len(o.message.ClientMessageID) },
	})
}

// flush commits a batch.
func (s *sender) flush(batch []pendingMessage) []sendResult {
	answers := make([]sendResult, len(batch))
	indexes := make([]int, len(batch))
	for i := range batch {
		indexes[i] = i
	}
	s.commit(batch, indexes, answers)
	return answers
}

// notify reports the chats that a batch changed, each once, after its commit and before
// its answers. A repeat counts: its first try may have died before it notified.
func (s *sender) notify(batch []pendingMessage, answers []sendResult) {
	if s.notifyChanged == nil {
		return
	}
	chats := make([][16]byte, 0, len(batch))
	seen := make(map[ID]struct{}, len(batch))
	for i := range batch {
		if answers[i].err != nil || answers[i].AppendResult.Err != nil {
			continue
		}
		chat := batch[i].message.ChatID
		if _, known := seen[chat]; !known {
			seen[chat] = struct{}{}
			chats = append(chats, chat)
		}
	}
	if len(chats) > 0 {
		s.notifyChanged(context.Background(), chats...)
	}
}

// commit tries the messages at the indexes until each has its answer.
func (s *sender) commit(batch []pendingMessage, indexes []int, answers []sendResult) {
	unknown := false
	for pause := minRetryPause; ; pause = min(2*pause, maxRetryPause) {
		left := dropExpired(batch, indexes, answers)
		if len(left) < len(indexes) {
			s.stall.recordTimeout()
		}
		indexes = left
		if len(indexes) == 0 {
			return
		}
		err := s.try(batch, indexes, answers)
		unknown = unknown || errors.Is(err, ErrOutcomeUnknown)
		if err == nil {
			indexes, err = s.noteContended(batch, indexes, answers), ErrBusy
			if !unknown || len(indexes) == 0 {
				return
			}
		}
		switch {
		case errors.Is(err, ErrRejected):
			// Known, also after an unknown outcome: the same was in that try.
			if len(indexes) == 1 {
				fail(indexes, answers, err)
				return
			}
			half := len(indexes) / 2
			s.commit(batch, indexes[:half], answers)
			s.commit(batch, indexes[half:], answers)
			return
		case unknown:
			// It may be stored: the same again until that is known.
			s.log.Warn("commit of messages is tried again", "messages", len(indexes), "error", err)
			time.Sleep(pause)
		default:
			fail(indexes, answers, err)
			return
		}
	}
}

// noteContended remembers the chats whose locks others hold, and returns the indexes of
// their messages.
func (s *sender) noteContended(batch []pendingMessage, indexes []int, answers []sendResult) []int {
	var busy []int
	for _, index := range indexes {
		if err := answers[index].AppendResult.Err; err != nil && errors.Is(err, ErrBusy) {
			s.contended.add(batch[index].message.ChatID, time.Now())
			busy = append(busy, index)
		}
	}
	return busy
}

// try makes one commit of the messages at the indexes. A panic fails these
// messages and not those that were committed before them.
func (s *sender) try(batch []pendingMessage, indexes []int, answers []sendResult) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	messages := make([]Message, len(indexes))
	var last time.Time
	for i, index := range indexes {
		messages[i] = batch[index].message
		if deadline := batch[index].deadline; deadline.After(last) {
			last = deadline
		}
	}
	started := time.Now()
	if soon := started.Add(tryDeadline); last.After(soon) {
		last = soon
	}
	// Of those that go together, the first one's trace tells of the commit.
	ctx, cancel := context.WithDeadline(context.WithoutCancel(batch[indexes[0]].caller), last)
	defer cancel()
	appended, err := s.store.AppendMessages(ctx, messages)
	if s.committed != nil {
		s.committed(len(messages), appended, time.Since(started), err)
	}
	if err != nil {
		return err
	}
	s.stall.RecordSuccess()
	for i, index := range indexes {
		answers[index].AppendResult = appended[i]
	}
	return nil
}

// dropExpired fails the messages that are past their deadlines with service-unavailable and
// returns the other indexes.
func dropExpired(batch []pendingMessage, indexes []int, answers []sendResult) []int {
	now := time.Now()
	var inTime []int
	for _, index := range indexes {
		if now.Before(batch[index].deadline) {
			inTime = append(inTime, index)
			continue
		}
		answers[index].err = errs.ErrServiceUnavailable.After(time.Second).WithCause(context.DeadlineExceeded)
	}
	return inTime
}

func fail(indexes []int, answers []sendResult, err error) {
	for _, index := range indexes {
		answers[index].err = err
	}
}
