package search

import (
	"context"

	"messenger-api/internal/budget"
	"messenger-api/internal/messenger"
)

// maxWaitingTasks is how many tasks a consumer takes from the queue beyond those that it works on. They wait for their
// accounts' shares.
const maxWaitingTasks = 64

// shares lets the accounts share a consumer's workers: a time slice goes to the account that has the fewest, so that
// an account's searches wait for each other, and not others for them.
type shares struct {
	*budget.Budget[messenger.ID]
}

func newShares(workers int) shares {
	return shares{budget.New[messenger.ID](budget.Limits{Total: int64(workers), PerKey: [3]int64{int64(workers)}})}
}

// workInTurn executes one time slice of a task once its account's share allows it. A task that still waits when the
// consumer stops goes back to the queue.
func (c *Consumer) workInTurn(ctx, serving context.Context, all shares, id messenger.ID) error {
	lease := all.Lease(c.ownerOf(ctx, id)...)
	if err := lease.Acquire(serving, 1); err != nil {
		c.requeue(ctx, Task{ID: id})
		return nil
	}
	defer lease.Release()
	return c.work(ctx, serving, id)
}

// ownerOf gives the task's account; none where it can't be read, or is not confirmed yet: then the share of all counts.
func (c *Consumer) ownerOf(ctx context.Context, id messenger.ID) []messenger.ID {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	task, err := c.store.Task(ctx, id)
	if err != nil {
		return nil
	}
	return []messenger.ID{task.AccountID}
}
