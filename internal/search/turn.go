package search

import (
	"context"
	"log/slog"
	"time"

	"messenger-api/internal/words"
)

// turnTime is how long a search is worked on before others have their turn.
const turnTime = time.Second

// indexingShare is how much of a search's progress it is to bring its chats' index up, where that
// was behind.
const indexingShare = 0.9

// turn is one attempt's work on a task: a while of it, from where the last one stopped.
type turn struct {
	store   Store
	indexer *Indexer
	task    Task
	options Options

	kept    progress
	left    int64 // of kept.unindexed
	finding *finding
}

func newTurn(store Store, indexer *Indexer, task Task, options Options, log *slog.Logger) *turn {
	t := &turn{store: store, indexer: indexer, task: task, options: options}
	if task.Progress != nil {
		var err error
		if t.kept, err = unpackProgress(task.Progress); err != nil {
			log.Warn("a search begins anew", "task_id", task.ID.String(), "error", err)
		}
	}
	return t
}

// run works until the search is complete, which it reports, or the turn is over. It can be called
// again after an error.
func (t *turn) run(ctx context.Context) (complete bool, err error) {
	over := t.options.Clock().Add(turnTime)
	query := words.ParseQuery(t.task.Request.Text)
	if query.Empty() {
		return true, nil
	}
	if !t.kept.searching {
		if indexed, err := t.index(ctx, over); err != nil || !indexed {
			return false, err
		}
	}
	if t.finding == nil {
		criteria := Criteria{Query: query, Request: t.task.Request, From: AtStart()}
		finding, err := newFinding(ctx, t.store, t.task.AccountID, criteria, t.options.ResultsMost)
		if err != nil {
			return false, err
		}
		if t.kept.searching {
			finding.resume(t.kept)
		}
		t.finding = finding
	}
	for !t.finding.complete() {
		if t.options.Clock().After(over) {
			return false, nil
		}
		if err := t.finding.step(ctx); err != nil {
			return false, err
		}
	}
	return true, nil
}

// index brings the chats up to the ends that their logs have, or reports false where there is no time
// for all of it.
func (t *turn) index(ctx context.Context, over time.Time) (bool, error) {
	before, left, err := t.indexer.catchUp(ctx, t.task.AccountID, t.task.Request.ChatID, over)
	t.kept.unindexed, t.left = max(t.kept.unindexed, before), left
	return err == nil && t.left == 0, err
}

func (t *turn) found() (results []Result, more bool) {
	if t.finding == nil {
		return nil, false
	}
	return t.finding.found()
}

// progress is what the next turn goes on from, and how much of the work is done, 0 to 1.
func (t *turn) progress() (kept progress, done float64) {
	share := 0.0
	if t.kept.unindexed > 0 {
		share = indexingShare
	}
	if t.finding == nil {
		return t.kept, share * (1 - float64(t.left)/float64(max(t.kept.unindexed, 1)))
	}
	kept = t.finding.progress()
	kept.unindexed = t.kept.unindexed
	return kept, share + (1-share)*t.finding.done()
}
