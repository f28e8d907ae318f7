package search

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/outage"
	"messenger-api/internal/queue"
)

// How often the Sweeper runs, how long a task waits before it is republished
// for the first time, and the sizes of batches.
const (
	sweepEvery      = 5 * time.Second
	republishDelay  = 30 * time.Second
	unconfirmedKeep = 10 * time.Second
	republishBatch  = 100
	deleteBatch     = 100
)

// Sweeper republishes tasks that have waited too long or lost their consumer, and
// deletes expired ones. Any number of them, on any number of nodes, share the work.
type Sweeper struct {
	store   Store
	queue   queue.Queue
	options Options
	log     *slog.Logger
	// soleConsumer says that tasks run in this process only, and that the queue is empty at its start.
	soleConsumer bool
}

// NewSweeper makes a Sweeper. soleConsumer says that tasks run in this process
// only, so that at its start all open tasks have to be queued.
func NewSweeper(store Store, queue queue.Queue, soleConsumer bool, options Options, log *slog.Logger) *Sweeper {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Sweeper{store, queue, options, log, soleConsumer}
}

// Run sweeps until ctx ends.
func (s *Sweeper) Run(ctx context.Context) error {
	failing := outage.Log{
		Logger: s.log, Remind: outage.Remind, Lost: "search tasks were not swept; retrying",
		Still: "search tasks are still not swept", Found: "search tasks are swept again",
	}
	for ctx.Err() == nil {
		if err := s.sweep(ctx); err == nil {
			failing.End()
		} else if ctx.Err() == nil {
			failing.Report(err)
		}
		select {
		case <-ctx.Done():
		// The random part spreads nodes that started together.
		case <-time.After(sweepEvery + rand.N(sweepEvery/5)): //nolint:gosec // no secret
		}
	}
	return nil
}

func (s *Sweeper) sweep(ctx context.Context) error {
	now := s.options.Clock().UTC().Truncate(time.Microsecond)
	if s.soleConsumer {
		if err := s.store.RequeueTasks(ctx, now); err != nil {
			return err
		}
		s.soleConsumer = false
	}
	// A failure to delete does not stop republishing.
	deleted, republished := s.deleteExpired(ctx, now), s.republish(ctx, now)
	if republished != nil {
		return republished
	}
	return deleted
}

// deleteExpired deletes expired tasks, and those that were never confirmed.
func (s *Sweeper) deleteExpired(ctx context.Context, now time.Time) error {
	for deleted := deleteBatch; deleted == deleteBatch; {
		var err error
		deleted, err = s.store.DeleteTasks(ctx, now.Add(-s.options.ResultTTL), now.Add(-unconfirmedKeep), deleteBatch)
		if err != nil {
			return err
		}
	}
	return nil
}

// republish publishes the tasks that are due. While the queue is down none is claimed:
// each claim doubles the delay of the task's next one.
func (s *Sweeper) republish(ctx context.Context, now time.Time) error {
	pingCtx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	if err := s.queue.Ping(pingCtx); err != nil {
		return errs.ErrServiceUnavailable.WithCause(err)
	}
	for {
		due, err := s.store.ClaimDueTasks(ctx, now, republishDelay, republishBatch)
		if err != nil {
			return err
		}
		for _, task := range due {
			if err := s.queue.Publish(ctx, task); err != nil {
				// The claimed task is published again after its delay.
				return errs.ErrServiceUnavailable.WithCause(err)
			}
		}
		if len(due) < republishBatch {
			return nil
		}
	}
}
