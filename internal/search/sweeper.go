package search

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/queue"
)

// How often the Sweeper looks, how long a task waits before it is published
// again for the first time, and how much is done at a time.
const (
	sweepEvery      = 5 * time.Second
	republishDelay  = 30 * time.Second
	unconfirmedKeep = 10 * time.Second
	republishBatch  = 100
	deleteBatch     = 100
)

// Sweeper publishes again what waits too long, frees what lost its consumer, and
// deletes what is over. Several of them, on several nodes, share the work.
type Sweeper struct {
	store   Store
	queue   queue.Queue
	options Options
	log     *slog.Logger
	// alone: at the start of this process nobody else works on tasks, and no queue has any.
	soleConsumer bool
}

// NewSweeper makes a Sweeper. alone says that tasks are worked on in this process
// and nowhere else, so that at its start all that is open has to be queued.
func NewSweeper(store Store, queue queue.Queue, alone bool, options Options, log *slog.Logger) *Sweeper {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Sweeper{store, queue, options, log, alone}
}

// Run sweeps until ctx ends.
func (s *Sweeper) Run(ctx context.Context) error {
	failing := false
	for ctx.Err() == nil {
		err := s.sweep(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			s.log.WarnContext(ctx, "search tasks were not looked after; tried again and again", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
		// Nodes that started together spread.
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
	// What can't be deleted keeps no task from its end.
	return errors.Join(s.deleteExpired(ctx, now), s.republish(ctx, now))
}

// deleteOver deletes the tasks that are over, and those that never began to count.
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

// republish publishes what is due. While the queue is down nothing is claimed:
// each claim makes the pause to a task's next one longer.
func (s *Sweeper) republish(ctx context.Context, now time.Time) error {
	asking, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	if err := s.queue.Ping(asking); err != nil {
		return errs.ErrServiceUnavailable.WithCause(err)
	}
	for {
		due, err := s.store.ClaimDueTasks(ctx, now, republishDelay, republishBatch)
		if err != nil {
			return err
		}
		for _, task := range due {
			if err := s.queue.Publish(ctx, task); err != nil {
				// Claimed for nothing: its next turn comes after the pause.
				return errs.ErrServiceUnavailable.WithCause(err)
			}
		}
		if len(due) < republishBatch {
			return nil
		}
	}
}
