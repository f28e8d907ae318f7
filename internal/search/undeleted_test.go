package search_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"messenger-api/internal/search"
)

// undeleted is a store that can't delete what is over.
type undeleted struct{ search.Store }

func (undeleted) DeleteTasks(context.Context, time.Time, time.Time, int) (int, error) {
	return 0, errors.New("it can't be deleted")
}

// A task comes to its end also where nothing can be deleted.
func TestSweeperThatCannotDelete(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	task, err := w.service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
	w.must(err)
	_, taken, err := w.store.TakeTask(t.Context(), task, w.now(), w.now().Add(15*time.Second))
	if w.must(err); !taken {
		t.Fatal("the task is not taken")
	}
	w.run() // what the queue has now is for a task that another one has
	options := w.options
	options.Clock = func() time.Time { return time.Now().Add(time.Minute) }
	log := slog.New(slog.DiscardHandler)
	done := make(chan error, 1)
	go func() { done <- search.NewSweeper(undeleted{w.store}, w.queue, false, options, log).Run(t.Context()) }()
	t.Cleanup(func() { w.must(<-done) })
	status, err := w.service.Await(t.Context(), w.account, task, 4*time.Second)
	if w.must(err); status != search.Success {
		t.Errorf("the task is %s", status)
	}
}
