package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/queue"
)

// How long one try of a task may take, and how long it may go on once the consumer
// stops; for how long it is leased, and when the lease is renewed, so that a
// consumer that died is noticed soon; and the pauses while the database is down.
const (
	taskDeadline   = time.Minute
	finishDeadline = 10 * time.Second
	leaseTime      = 15 * time.Second
	leaseRenewal   = 5 * time.Second
	callDeadline   = 5 * time.Second
	minRetryDelay  = 100 * time.Millisecond
	maxRetryDelay  = 2 * time.Second
)

// triesMost bounds the tries, without any progress, of a task that ends its consumers, or is never
// given back: such tries are not the queue's to count.
const maxTries = 10

// Consumer works on tasks. It is safe for concurrent use.
type Consumer struct {
	store   Store
	results Results
	queue   queue.Queue
	indexer *Indexer
	options Options
	log     *slog.Logger
}

// NewConsumer makes a Consumer.
func NewConsumer(
	store Store, results Results, queue queue.Queue, indexer *Indexer, options Options, log *slog.Logger,
) *Consumer {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Consumer{store, results, queue, indexer, options, log}
}

// Run works on parallel tasks at once until ctx ends; then it finishes those in
// hand, or gives them back after 10 s.
func (c *Consumer) Run(ctx context.Context, parallel int) error {
	return c.queue.Consume(ctx, parallel, queue.Handler{
		Handle: func(working context.Context, id queue.ID) error { return c.work(working, ctx, id) },
		Dead:   func(working context.Context, id queue.ID) error { return c.fail(working, id) },
	})
}

func (c *Consumer) now() time.Time { return c.options.Clock().UTC().Truncate(time.Microsecond) }

// work does one task. While the database is down it waits, as long as the
// task's time lasts and serving goes on; what it then leaves the Sweeper
// publishes again.
func (c *Consumer) work(ctx, serving context.Context, id messenger.ID) error {
	ctx, cancel := context.WithTimeout(ctx, taskDeadline)
	defer cancel()
	defer context.AfterFunc(serving, func() { time.AfterFunc(finishDeadline, cancel) })()
	var task Task
	var taken bool
	err := c.retryWhileUnavailable(ctx, serving, func() (err error) {
		now := c.now()
		task, taken, err = c.store.TakeTask(ctx, id, now, now.Add(leaseTime))
		return err
	})
	if errs.Is(err, errs.Unavailable) || err == nil && !taken {
		// Unknown, ended, or another's: nothing to do. Or the database is down: the row waits for the Sweeper.
		return nil
	}
	if err != nil {
		return fmt.Errorf("take a search task: %w", err)
	}
	if task.Tries > maxTries {
		return c.fail(ctx, id)
	}
	ctx, release := c.holdLease(ctx, task)
	defer release()
	kept := false
	defer func() {
		if !kept { // by a panic too
			c.release(ctx, task)
		}
	}()
	turn := newTaskRun(c.store, c.indexer, task, c.options, c.log)
	ended := false
	err = c.retryWhileUnavailable(ctx, serving, func() error {
		if ended, err = turn.run(ctx); err != nil {
			return err
		}
		if ended {
			return c.succeed(ctx, task, turn)
		}
		return c.pause(ctx, task, turn)
	})
	if err != nil {
		return fmt.Errorf("work on a search task: %w", err)
	}
	kept = true
	if !ended {
		c.requeue(ctx, task)
	}
	return nil
}

// succeed keeps what was found and ends the task. Doing it again does no harm: what
// counts is the valid attempt's first success.
func (c *Consumer) succeed(ctx context.Context, task Task, turn *taskRun) error {
	results, more := turn.found()
	outcome := Outcome{More: more}
	if len(results) > 0 {
		outcome.Newest, outcome.Oldest = results[0].SortKey, results[len(results)-1].SortKey
		if err := c.results.PutResults(ctx, task.ID, task.Attempt, results, c.options.ResultTTL); err != nil {
			if errs.Is(err, errs.Unavailable) {
				return err
			}
			c.log.WarnContext(ctx, "results are not kept, their reader has them found again", "error", err)
		}
	}
	now := c.now()
	valid, err := c.store.SucceedTask(ctx, task.ID, task.Attempt, outcome, now)
	if err != nil {
		return fmt.Errorf("end a search task: %w", err)
	}
	if ended := c.options.Hooks.TaskEnded; ended != nil && valid {
		ended(Success, now.Sub(task.CreatedAt))
	}
	return nil
}

// pause keeps how far the task has come.
func (c *Consumer) pause(ctx context.Context, task Task, turn *taskRun) error {
	kept, done := turn.checkpointAndDone()
	_, err := c.store.PauseTask(ctx, task.ID, task.Attempt, kept.pack(), done, c.now().Add(republishDelay))
	if err != nil {
		return fmt.Errorf("keep the progress of a search task: %w", err)
	}
	return nil
}

// putBack lets a task that was paused wait for its next turn behind all others. Where the queue
// does not take it the Sweeper publishes it.
func (c *Consumer) requeue(ctx context.Context, task Task) {
	if err := c.queue.Publish(ctx, task.ID); err != nil {
		c.log.DebugContext(ctx, "a search waits for the sweeper", "task_id", task.ID.String(), "error", err)
	}
}

// outlast does something again while the database is down. What takes too long is
// a failed try: done again and again it would keep everybody else's tasks waiting.
func (c *Consumer) retryWhileUnavailable(ctx, serving context.Context, do func() error) error {
	for pause := minRetryDelay; ; pause = min(2*pause, maxRetryDelay) {
		err := do()
		if err == nil || !errs.Is(err, errs.Unavailable) || errors.Is(err, ErrTooSlow) {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		case <-serving.Done():
			return err
		}
	}
}

// bury ends a task that failed too often.
func (c *Consumer) fail(ctx context.Context, id messenger.ID) error {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	if err := c.store.FailTask(ctx, id, c.now()); err != nil {
		return fmt.Errorf("mark a search task as failed: %w", err)
	}
	c.log.ErrorContext(ctx, "a search failed", "task_id", id.String())
	if ended := c.options.Hooks.TaskEnded; ended != nil {
		ended(Failed, 0)
	}
	return nil
}

// giveBack lets others take the task at once, not only after the lease.
func (c *Consumer) release(ctx context.Context, task Task) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callDeadline)
	defer cancel()
	if err := c.store.ReleaseTask(ctx, task.ID, task.Attempt); err != nil {
		c.log.DebugContext(ctx, "a task's lease is left to run out", "task_id", task.ID.String(), "error", err)
	}
}

// holdLease renews the task's lease until release is called. The context that it
// returns ends when the attempt is no longer the valid one.
func (c *Consumer) holdLease(ctx context.Context, task Task) (held context.Context, release func()) {
	held, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(leaseRenewal)
		defer ticker.Stop()
		for {
			select {
			case <-held.Done():
				return
			case <-ticker.C:
			}
			valid, err := c.store.RenewTask(held, task.ID, task.Attempt, c.now().Add(leaseTime))
			if err == nil && !valid {
				cancel()
			}
		}
	}()
	return held, func() {
		cancel()
		<-done
	}
}
