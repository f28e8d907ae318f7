package search

import (
	"context"
	"log/slog"
	"time"

	"messenger-api/internal/words"
)

// turnTime is how long a search is worked on before others have their turn.
const timeSlice = time.Second

// indexingShare is how much of a search's progress it is to bring its chats' index up, where that
// was behind.
const indexingShare = 0.9

// turn is one attempt's work on a task: a while of it, from where the last one stopped.
type taskRun struct {
	store   Store
	indexer *Indexer
	task    Task
	options Options

	checkpoint checkpoint
	left       int64 // of kept.unindexed
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

// run works until the search is complete, which it reports, or the turn is over. It can be called
// again after an error.
func (t *taskRun) run(ctx context.Context) (complete bool, err error) {
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
		t.finder = finding
	}
	for !t.finder.complete() {
		if t.options.Clock().After(over) {
			return false, nil
		}
		if err := t.finder.step(ctx); err != nil {
			return false, err
		}
	}
	return true, nil
}

// index brings the chats up to the ends that their logs have, or reports false where there is no time
// for all of it.
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

// progress is what the next turn goes on from, and how much of the work is done, 0 to 1.
func (t *taskRun) checkpointAndDone() (kept checkpoint, done float64) {
	share := 0.0
	if t.checkpoint.unindexed > 0 {
		share = indexingShare
	}
	if t.finder == nil {
		return t.checkpoint, share * (1 - float64(t.left)/float64(max(t.checkpoint.unindexed, 1)))
	}
	kept = t.finder.checkpoint()
	kept.unindexed = t.checkpoint.unindexed
	return kept, share + (1-share)*t.finder.done()
}
