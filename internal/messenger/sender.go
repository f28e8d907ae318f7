package messenger

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"messenger-api/internal/batcher"
	"messenger-api/internal/errs"
	"messenger-api/internal/outage"
)

// The limits of one commit, and of the messages that wait for one.
const (
	commitMaxRows         = 512
	commitMaxBytes        = 4 << 20
	commitMaxWaiting      = 16384
	commitMaxWaitingBytes = 64 << 20
)

// A commit starts while others run when commitMinRows messages wait, or when all running
// commits have taken commitStuckAfter, far longer than usual.
const (
	commitMinRows    = 16
	commitStuckAfter = 50 * time.Millisecond
)

// How long one attempt of a commit may take, which is longer than its lock timeout, and
// the pauses between the retries of a commit whose outcome is unknown.
const (
	attemptTimeout = 3 * time.Second
	minRetryPause  = 20 * time.Millisecond
	maxRetryPause  = 500 * time.Millisecond
)

// retriesQuiet is for how long no commit may be retried until that counts as over.
const retriesQuiet = time.Second

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

// sender is what the batchers of messages do with a batch: flush commits it, with retries and
// by halves where the database rejects it, and notify then has its chats' pages invalidated.
type sender struct {
	store         Store
	notifyChanged func(ctx context.Context, chats ...[16]byte)
	onCommit      func(messages int, appended []AppendResult, took time.Duration, err error)
	stall         *CommitStall
	contended     *contendedChats
	retries       outage.Log
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
	results := make([]sendResult, len(batch))
	indexes := make([]int, len(batch))
	for i := range batch {
		indexes[i] = i
	}
	s.commit(batch, indexes, results)
	return results
}

// notify reports each chat that a batch changed once, after the commit and before the senders
// get their results. A repeated message counts as a change: the process that stored it may have
// died before it notified.
func (s *sender) notify(batch []pendingMessage, results []sendResult) {
	if s.notifyChanged == nil {
		return
	}
	chats := make([][16]byte, 0, len(batch))
	seen := make(map[ID]struct{}, len(batch))
	for i := range batch {
		if results[i].err != nil || results[i].AppendResult.Err != nil {
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

// commit commits the messages at the indexes, and retries until each has its result.
func (s *sender) commit(batch []pendingMessage, indexes []int, results []sendResult) {
	unknown := false
	for pause := minRetryPause; ; pause = min(2*pause, maxRetryPause) {
		left := dropExpired(batch, indexes, results)
		if len(left) < len(indexes) {
			s.stall.recordTimeout()
		}
		indexes = left
		if len(indexes) == 0 {
			return
		}
		err := s.attemptCommit(batch, indexes, results)
		unknown = unknown || errors.Is(err, ErrOutcomeUnknown)
		if err == nil {
			// The messages to contended chats are left; the others have their results. After an
			// unknown outcome an earlier attempt may have stored these: they are tried again.
			indexes, err = s.recordContended(batch, indexes, results), ErrBusy
			if !unknown || len(indexes) == 0 {
				return
			}
		}
		switch {
		case errors.Is(err, ErrRejected):
			// This also settles an unknown outcome: that attempt contained the same messages.
			if len(indexes) == 1 {
				fail(indexes, results, err)
				return
			}
			half := len(indexes) / 2
			s.commit(batch, indexes[:half], results)
			s.commit(batch, indexes[half:], results)
			return
		case unknown:
			// The batch may be stored: the same attempt is repeated until the outcome is known.
			s.retries.Report(err)
			time.Sleep(pause)
		default:
			fail(indexes, results, err)
			return
		}
	}
}

// recordContended records the chats whose locks other transactions hold, and returns the
// indexes of their messages.
func (s *sender) recordContended(batch []pendingMessage, indexes []int, results []sendResult) []int {
	var busy []int
	for _, index := range indexes {
		if err := results[index].AppendResult.Err; err != nil && errors.Is(err, ErrBusy) {
			s.contended.add(batch[index].message.ChatID, time.Now())
			busy = append(busy, index)
		}
	}
	return busy
}

// attemptCommit makes one attempt to commit the messages at the indexes. A panic fails these
// messages, not those that were committed before.
func (s *sender) attemptCommit(batch []pendingMessage, indexes []int, results []sendResult) (err error) {
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
	if soon := started.Add(attemptTimeout); last.After(soon) {
		last = soon
	}
	// The commit's span belongs to the trace of the batch's first message.
	ctx, cancel := context.WithDeadline(context.WithoutCancel(batch[indexes[0]].caller), last)
	defer cancel()
	appended, err := s.store.AppendMessages(ctx, messages)
	if s.onCommit != nil {
		s.onCommit(len(messages), appended, time.Since(started), err)
	}
	if err != nil {
		return err
	}
	s.stall.RecordSuccess()
	s.retries.EndAfter(retriesQuiet)
	for i, index := range indexes {
		results[index].AppendResult = appended[i]
	}
	return nil
}

// dropExpired fails the messages that are past their deadlines with service-unavailable and
// returns the other indexes.
func dropExpired(batch []pendingMessage, indexes []int, results []sendResult) []int {
	now := time.Now()
	var inTime []int
	for _, index := range indexes {
		if now.Before(batch[index].deadline) {
			inTime = append(inTime, index)
			continue
		}
		results[index].err = errs.ErrServiceUnavailable.After(time.Second).WithCause(context.DeadlineExceeded)
	}
	return inTime
}

func fail(indexes []int, results []sendResult, err error) {
	for _, index := range indexes {
		results[index].err = err
	}
}
