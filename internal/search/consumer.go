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
	"messenger-api/internal/words"
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
	waitPauseFirst = 100 * time.Millisecond
	waitPauseMost  = 2 * time.Second
)

// attemptsMost bounds the tries of a task that ends its consumers, or is never given
// back: such tries are not the queue's to count.
const attemptsMost = 10

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
		Dead:   func(working context.Context, id queue.ID) error { return c.bury(working, id) },
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
	err := c.outlast(ctx, serving, func() (err error) {
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
	if task.Attempt > attemptsMost {
		return c.bury(ctx, id)
	}
	ctx, release := c.holdLease(ctx, task)
	defer release()
	ended := false
	defer func() {
		if !ended { // by a panic too
			c.giveBack(ctx, task)
		}
	}()
	if err = c.outlast(ctx, serving, func() error { return c.search(ctx, task) }); err != nil {
		return fmt.Errorf("work on a search task: %w", err)
	}
	ended = true
	return nil
}

// search finds a task's results, keeps them and ends the task. Doing it again
// does no harm: what counts is the valid attempt's first success.
func (c *Consumer) search(ctx context.Context, task Task) error {
	results, err := c.find(ctx, task)
	if err != nil {
		return err
	}
	var newest, oldest Place
	if len(results) > 0 {
		newest, oldest = results[0].Place, results[len(results)-1].Place
		if err := c.results.PutResults(ctx, task.ID, task.Attempt, results, c.options.ResultTTL); err != nil {
			if errs.Is(err, errs.Unavailable) {
				return err
			}
			c.log.WarnContext(ctx, "results are not kept, their reader has them found again", "error", err)
		}
	}
	now := c.now()
	valid, err := c.store.SucceedTask(ctx, task.ID, task.Attempt, newest, oldest, now)
	if err != nil {
		return fmt.Errorf("end a search task: %w", err)
	}
	if ended := c.options.Watch.Ended; ended != nil && valid {
		ended(Success, now.Sub(task.CreatedAt))
	}
	return nil
}

func (c *Consumer) find(ctx context.Context, task Task) ([]Result, error) {
	query := words.ParseQuery(task.Request.Text)
	if query.Empty() {
		return nil, nil
	}
	if err := c.indexer.CatchUp(ctx, task.AccountID, task.Request.ChatID); err != nil {
		return nil, err
	}
	criteria := Criteria{Query: query, Request: task.Request, From: AtStart()}
	results, err := c.store.Find(ctx, task.AccountID, criteria, c.options.ResultsMost)
	if err != nil {
		return nil, fmt.Errorf("find messages: %w", err)
	}
	return results, nil
}

// outlast does something again while the database is down. What takes too long is
// a failed try: done again and again it would keep everybody else's tasks waiting.
func (c *Consumer) outlast(ctx, serving context.Context, do func() error) error {
	for pause := waitPauseFirst; ; pause = min(2*pause, waitPauseMost) {
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
func (c *Consumer) bury(ctx context.Context, id messenger.ID) error {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	if err := c.store.FailTask(ctx, id, c.now()); err != nil {
		return fmt.Errorf("mark a search task as failed: %w", err)
	}
	c.log.ErrorContext(ctx, "a search failed", "task_id", id.String())
	if ended := c.options.Watch.Ended; ended != nil {
		ended(Failed, 0)
	}
	return nil
}

// giveBack lets others take the task at once, not only after the lease.
func (c *Consumer) giveBack(ctx context.Context, task Task) {
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
