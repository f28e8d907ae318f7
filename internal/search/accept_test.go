package search_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"messenger-api/internal/errs"
	"messenger-api/internal/queue"
	"messenger-api/internal/search"
)

// lasting is a queue that keeps what it confirmed, and so long in doing so that the
// task is deleted meanwhile, as by a Sweeper whose clock is ahead.
type lasting struct {
	queue.Queue

	world *world
}

func (lasting) Durable() bool { return true }

func (l lasting) Publish(ctx context.Context, id queue.ID) error {
	l.world.must(l.world.store.DeleteTask(ctx, id))
	return l.Queue.Publish(ctx, id)
}

// A task that is deleted before it counts was not accepted: its caller may try again.
func TestDeletedBeforeItCounts(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	log := slog.New(slog.DiscardHandler)
	service := search.NewService(w.store, w.store, lasting{w.queue, w}, w.options, log)
	_, err := service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
	if !errors.Is(err, errs.ErrServiceUnavailable) {
		t.Errorf("the answer is %v, want service-unavailable", err)
	}
}

// unpublished is a queue that keeps what it confirms, and confirms nothing.
type unpublished struct{ queue.Queue }

func (unpublished) Durable() bool { return true }

func (unpublished) Publish(context.Context, queue.ID) error { return queue.ErrUnavailable }

// remembering knows the last task that was created.
type remembering struct {
	search.Store

	last *search.Task
}

func (r remembering) CreateTask(ctx context.Context, task search.Task, confirmed bool, openMost int) error {
	*r.last = task
	return r.Store.CreateTask(ctx, task, confirmed, openMost)
}

// A search that could not be published leaves nothing behind, also where its caller
// has gone.
func TestFailedPublishLeavesNoTask(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	store := remembering{w.store, &search.Task{}}
	service := search.NewService(store, w.store, unpublished{w.queue}, w.options, slog.New(slog.DiscardHandler))
	_, err := service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
	if !errors.Is(err, errs.ErrServiceUnavailable) {
		t.Errorf("the answer is %v, want service-unavailable", err)
	}
	if err := w.store.ConfirmTask(t.Context(), store.last.ID, 20); !errors.Is(err, errs.ErrTaskNotFound) {
		t.Errorf("the task is still there: %v", err)
	}
}
