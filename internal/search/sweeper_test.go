package search_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/queue/embedded"
	"messenger-api/internal/search"
	"messenger-api/internal/testkit/await"
)

// sweep lets a sweeper run on the queue until the test ends, with a clock that is
// ahead.
func (w *world) sweep(queue *embedded.Queue, alone bool, ahead time.Duration) {
	options := w.options
	options.Clock = func() time.Time { return time.Now().Add(ahead) }
	sweeper := search.NewSweeper(w.store, queue, alone, options, slog.New(slog.DiscardHandler))
	done := make(chan error, 1)
	go func() { done <- sweeper.Run(w.t.Context()) }()
	w.t.Cleanup(func() { w.must(<-done) })
}

// What a queue lost, or a consumer that died left behind, comes to its end.
func TestSweeperPublishesAgain(t *testing.T) {
	for name, c := range map[string]struct {
		alone bool
		ahead time.Duration
	}{"alone at its start": {true, 0}, "after a pause": {false, 31 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, search.Options{MaxResults: 4})
			waits, err := w.service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
			w.must(err)
			abandoned, err := w.service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
			w.must(err)
			_, taken, err := w.store.TakeTask(t.Context(), abandoned, w.now(), w.now().Add(15*time.Second))
			if w.must(err); !taken {
				t.Fatal("the task is not taken")
			}
			log := slog.New(slog.DiscardHandler)
			restarted := embedded.Open(embedded.Options{Log: log})
			t.Cleanup(func() { _ = restarted.Close() }) // it has no error
			results := search.NewCachedResults(w.cache, time.Hour)
			w.consumer = search.NewConsumer(w.store, results, restarted, search.NewIndexer(w.store, w.options, log), w.options, log)
			w.run()
			w.sweep(restarted, c.alone, c.ahead)
			status, err := w.service.Await(t.Context(), w.account, waits, 30*time.Second)
			if w.must(err); status != search.Success {
				t.Errorf("a task that waited is %s", status)
			}
			if !c.alone {
				return // its consumer's lease is not over by the consumer's clock
			}
			status, err = w.service.Await(t.Context(), w.account, abandoned, 30*time.Second)
			if w.must(err); status != search.Success {
				t.Errorf("a task whose consumer died is %s", status)
			}
		})
	}
}

// While the queue is down no task is claimed, so that all are due when it is back.
func TestSweeperClaimsNothingForNothing(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	task, err := w.service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
	w.must(err)
	down := embedded.Open(embedded.Options{})
	w.must(down.Close())
	old, err := w.service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
	w.must(err)
	w.must(w.store.FailTask(t.Context(), old, w.now().Add(-2*time.Hour)))
	w.sweep(down, false, time.Hour)
	// What is over goes first, so once it is gone the queue was asked, or will be.
	await.Until(t, "what is over is deleted", func() bool {
		_, err := w.store.Task(t.Context(), old)
		return errors.Is(err, errs.ErrTaskNotFound)
	})
	due, err := w.store.ClaimDueTasks(t.Context(), w.now().Add(time.Hour), 30*time.Second, 10)
	if w.must(err); len(due) != 1 || due[0] != task {
		t.Errorf("due are %v, want %v", due, task)
	}
}

// A task whose publication is under way is left alone until it has had its time.
func TestSweeperLeavesYoungTasksAlone(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	unconfirmed := func(at time.Time) messenger.ID {
		task := search.Task{ID: messenger.NewID(), AccountID: w.account, Request: search.Request{Text: "numbers"}, CreatedAt: at}
		w.must(w.store.CreateTask(t.Context(), task, false, 20))
		return task.ID
	}
	gone := func(task messenger.ID) bool {
		return errors.Is(w.store.ConfirmTask(t.Context(), task, 0), errs.ErrTaskNotFound)
	}
	old, young := unconfirmed(w.now().Add(-11*time.Second)), unconfirmed(w.now())
	w.sweep(w.queue, false, 0)
	await.Until(t, "the old one is deleted", func() bool { return gone(old) })
	if gone(young) {
		t.Error("a task is deleted while it is published")
	}
}

// requeued counts how often all open tasks are queued anew.
type requeued struct {
	search.Store

	times int
}

func (r *requeued) RequeueTasks(context.Context, time.Time) error {
	r.times++
	return nil
}

func (*requeued) DeleteTasks(context.Context, time.Time, time.Time, int) (int, error) { return 0, nil }

func (*requeued) ClaimDueTasks(context.Context, time.Time, time.Duration, int) ([]messenger.ID, error) {
	return nil, nil
}

// All open tasks are queued at the start of the one process that has consumers, and not
// again: they may be running by then.
func TestTasksAreRequeuedAtTheStartAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &requeued{}
		log := slog.New(slog.DiscardHandler)
		tasks := embedded.Open(embedded.Options{Log: log})
		sweeper := search.NewSweeper(store, tasks, true, search.Options{}, log)
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		if err := errors.Join(sweeper.Run(ctx), tasks.Close()); err != nil || store.times != 1 {
			t.Errorf("all were queued %d times, %v", store.times, err)
		}
	})
}
