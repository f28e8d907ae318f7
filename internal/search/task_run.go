package search

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"messenger-api/internal/words"
)

// timeSlice is how long a task runs before it waits behind the other tasks.
const timeSlice = time.Second

// stuckAfter is from how many slow time slices on, one after the other, a task waits for the Sweeper before it is tried again.
const stuckAfter = 3

// indexingShare is the share of indexing in the reported progress of a search whose chats were not indexed to their ends.
const indexingShare = 0.9

// taskRun executes one time slice of a task, starting from its checkpoint.
type taskRun struct {
	store   Store
	indexer *Indexer
	task    Task
	options Options

	checkpoint checkpoint
	left       int64 // of checkpoint.unindexed
	finder     *finder
}

func newTaskRun(store Store, indexer *Indexer, task Task, options Options, log *slog.Logger) *taskRun {
	t := &taskRun{store: store, indexer: indexer, task: task, options: options}
	if task.Checkpoint != nil {
		var err error
		if t.checkpoint, err = unpackCheckpoint(task.Checkpoint); err != nil {
			log.Warn("a search begins anew", "task_id", task.ID.String(), "error", err)
		}
	}
	return t
}

// run works until the search is complete, which it reports, or the time slice is over. It can be called again after an
// error. If the database was too slow for a single step, the time slice is over, too, and the next one gives it more time.
func (t *taskRun) run(ctx context.Context) (complete bool, err error) {
	complete, err = t.work(ctx)
	if errors.Is(err, ErrTooSlow) && ctx.Err() == nil {
		t.checkpoint.slow++
		return false, nil
	}
	return complete, err
}

// stuck reports that the database has been too slow in several time slices, one after the other.
func (t *taskRun) stuck() bool { return t.checkpoint.slow >= stuckAfter }

// stepTimeout is the timeout of the next step.
func (t *taskRun) stepTimeout() time.Duration {
	timeout := stepTimeout
	for range t.checkpoint.slow {
		timeout = min(2*timeout, longestStepTimeout)
	}
	return timeout
}

func (t *taskRun) work(ctx context.Context) (complete bool, err error) {
	over := t.options.Clock().Add(timeSlice)
	query := words.ParseQuery(t.task.Request.Text)
	if query.Empty() {
		return true, nil
	}
	if !t.checkpoint.searching {
		if indexed, err := t.index(ctx, over); err != nil || !indexed {
			return false, err
		}
	}
	if t.finder == nil {
		criteria := Criteria{Query: query, Request: t.task.Request, From: BeforeAll()}
		finding, err := newFinder(ctx, t.store, t.task.AccountID, criteria, t.options.MaxResults)
		if err != nil {
			return false, err
		}
		if t.checkpoint.searching {
			finding.resume(t.checkpoint)
		}
		if t.checkpoint.slow > 0 {
			finding.units = unitsLeast
		}
		t.finder = finding
	}
	for !t.finder.complete() {
		started := t.options.Clock()
		if err := t.finder.step(ctx, t.stepTimeout()); err != nil {
			return false, err
		}
		ended := t.options.Clock()
		if ended.Sub(started) < stepTimeout {
			t.checkpoint.slow = 0
		}
		if ended.After(over) { // after a step, so that each time slice makes progress, however long it took to list the chats
			break
		}
	}
	return t.finder.complete(), nil
}

// index indexes the account's chats up to the current ends of their logs, and reports whether the time was enough.
func (t *taskRun) index(ctx context.Context, over time.Time) (bool, error) {
	before, left, err := t.indexer.catchUp(ctx, t.task.AccountID, t.task.Request.ChatID, over)
	t.checkpoint.unindexed, t.left = max(t.checkpoint.unindexed, before), left
	return err == nil && t.left == 0, err
}

func (t *taskRun) found() (results []Result, more bool) {
	if t.finder == nil {
		return nil, false
	}
	return t.finder.found()
}

// checkpointAndDone returns what the next time slice resumes from, and the fraction of the work that is done, 0 to 1.
func (t *taskRun) checkpointAndDone() (kept checkpoint, done float64) {
	share := 0.0
	if t.checkpoint.unindexed > 0 {
		share = indexingShare
	}
	if t.finder == nil {
		return t.checkpoint, share * (1 - float64(t.left)/float64(max(t.checkpoint.unindexed, 1)))
	}
	kept = t.finder.checkpoint()
	kept.unindexed, kept.slow = t.checkpoint.unindexed, t.checkpoint.slow
	return kept, share + (1-share)*t.finder.done()
}
