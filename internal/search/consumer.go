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

// Deadlines of an attempt, and of its end once the consumer stops; the lease, which is short so that a
// consumer that died is noticed soon; and the delays between retries while the database is unavailable.
const (
	taskDeadline   = time.Minute
	finishDeadline = 10 * time.Second
	leaseTime      = 15 * time.Second
	leaseRenewal   = 5 * time.Second
	callDeadline   = 5 * time.Second
	minRetryDelay  = 100 * time.Millisecond
	maxRetryDelay  = 2 * time.Second
)

// maxTries bounds the attempts without progress of a task that crashes its consumers or is never
// released: the queue does not count such attempts.
const maxTries = 10

// Consumer executes search tasks from the queue. It is safe for concurrent use.
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

// Run executes up to parallel tasks at once until ctx ends, fairly between accounts; then it finishes the running ones,
// or releases them after 10 s.
func (c *Consumer) Run(ctx context.Context, parallel int) error {
	all := newShares(parallel)
	return c.queue.Consume(ctx, parallel+maxWaitingTasks, queue.Handler{
		Handle:     func(working context.Context, id queue.ID) error { return c.workInTurn(working, ctx, all, id) },
		DeadLetter: func(working context.Context, id queue.ID) error { return c.fail(working, id) },
	})
}

func (c *Consumer) now() time.Time { return c.options.Clock().UTC().Truncate(time.Microsecond) }

// work executes one time slice of a task. While the database is unavailable it retries until the attempt's deadline
// or the consumer's stop; the Sweeper publishes the task again then.
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
		// Unknown, ended, or leased to another consumer: nothing to do. Or the database is down: the Sweeper
		// publishes the task again.
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
	saved, failed := false, true
	defer func() {
		if !saved { // also after a panic
			c.release(ctx, task, failed)
		}
	}()
	run := newTaskRun(c.store, c.indexer, task, c.options, c.log)
	ended := false
	err = c.retryWhileUnavailable(ctx, serving, func() error {
		if ended, err = run.run(ctx); err != nil {
			return err
		}
		if ended {
			return c.succeed(ctx, task, run)
		}
		return c.pause(ctx, task, run)
	})
	if errs.Is(err, errs.Unavailable) {
		failed = false
		return nil // the Sweeper publishes the task again
	}
	if err != nil {
		return fmt.Errorf("execute a search task: %w", err)
	}
	saved = true
	if !ended && !run.stuck() {
		c.requeue(ctx, task)
	}
	return nil
}

// succeed stores the results and ends the task. It is idempotent: the valid attempt's first success
// counts.
func (c *Consumer) succeed(ctx context.Context, task Task, run *taskRun) error {
	results, more := run.found()
	outcome := Outcome{More: more}
	if len(results) > 0 {
		outcome.Newest, outcome.Oldest = results[0].SortKey, results[len(results)-1].SortKey
		if err := c.results.PutResults(ctx, task.ID, task.Attempt, results, c.options.ResultTTL); err != nil {
			if errs.Is(err, errs.Unavailable) {
				return err
			}
			c.log.WarnContext(ctx, "search results were not stored; they are found again when they are read", "error", err)
		}
	}
	now := c.now()
	valid, err := c.store.SucceedTask(ctx, task.ID, task.Attempt, outcome, now)
	if err != nil {
		return fmt.Errorf("mark a search task as succeeded: %w", err)
	}
	if ended := c.options.Hooks.TaskEnded; ended != nil && valid {
		ended(Success, now.Sub(task.CreatedAt))
	}
	return nil
}

// pause stores the task's checkpoint.
func (c *Consumer) pause(ctx context.Context, task Task, run *taskRun) error {
	checkpoint, done := run.checkpointAndDone()
	_, err := c.store.PauseTask(ctx, task.ID, task.Attempt, checkpoint.pack(), done, c.now().Add(republishDelay))
	if err != nil {
		return fmt.Errorf("store the checkpoint of a search task: %w", err)
	}
	return nil
}

// requeue publishes a paused task, so that its next time slice comes after the tasks already queued. If publishing
// fails, the Sweeper publishes it.
func (c *Consumer) requeue(ctx context.Context, task Task) {
	if err := c.queue.Publish(ctx, task.ID); err != nil {
		c.log.DebugContext(ctx, "a paused search was not published; the sweeper will", "task_id", task.ID.String(), "error", err)
	}
}

// retryWhileUnavailable repeats do while the database is unavailable. A timeout (ErrTooSlow) is not retried: it would
// delay all other tasks.
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

// fail ends a task that failed too often.
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

// release ends the task's lease, so that another consumer can take it at once. failed says that the attempt counts as a try.
func (c *Consumer) release(ctx context.Context, task Task, failed bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callDeadline)
	defer cancel()
	if err := c.store.ReleaseTask(ctx, task.ID, task.Attempt, failed); err != nil {
		c.log.DebugContext(ctx, "a task's lease was not released and will expire", "task_id", task.ID.String(), "error", err)
	}
}

// holdLease renews the task's lease until release is called. The context that it
// returns is cancelled once the attempt is no longer the valid one.
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
