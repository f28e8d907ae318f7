package search_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/queue/embedded"
	"messenger-api/internal/search"
)

// A task that ended its consumers again and again fails, and is not tried for ever.
func TestTaskThatEndsItsConsumersFails(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	task, err := w.service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
	w.must(err)
	past := w.now().Add(-time.Minute)
	for range 10 {
		_, taken, err := w.store.TakeTask(t.Context(), task, past, past)
		if w.must(err); !taken {
			t.Fatal("the task is not taken")
		}
	}
	w.run()
	status, err := w.service.Await(t.Context(), w.account, task, 30*time.Second)
	if w.must(err); status != search.Failed {
		t.Errorf("the task is %s", status)
	}
}

// panicking are results that can't be kept, by a fault of ours.
type panicking struct{ search.Results }

func (panicking) PutResults(context.Context, messenger.ID, int, []search.Result, time.Duration) error {
	panic("a fault")
}

// A panic costs a task a try like any other error, and not the rest of its lease.
func TestTaskWhoseTriesPanicFails(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	w.say(numbered(1), w.now())
	log := slog.New(slog.DiscardHandler)
	tries := embedded.Open(embedded.Options{Pauses: []time.Duration{time.Millisecond, time.Millisecond}, Log: log})
	t.Cleanup(func() { _ = tries.Close() }) // it has no error
	results := panicking{search.NewCachedResults(w.cache, time.Hour)}
	indexer := search.NewIndexer(w.store, w.options, log)
	w.consumer = search.NewConsumer(w.store, results, tries, indexer, w.options, log)
	w.run()
	service := search.NewService(w.store, results, tries, w.options, log)
	task, err := service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
	w.must(err)
	status, err := service.Await(t.Context(), w.account, task, 10*time.Second)
	if w.must(err); status != search.Failed {
		t.Errorf("the task is %s", status)
	}
}
