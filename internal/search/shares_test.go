package search_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/testkit/await"
)

// recording is a store that records whose tasks are taken, each once the gate opens for it.
type recording struct {
	search.Store

	gate   chan struct{}
	mu     sync.Mutex
	looked map[messenger.ID]bool
	order  []messenger.ID
}

// Task implements search.Store.
func (r *recording) Task(ctx context.Context, id messenger.ID) (search.Task, error) {
	task, err := r.Store.Task(ctx, id)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.looked[id] = true
	return task, err
}

// TakeTask implements search.Store.
func (r *recording) TakeTask(ctx context.Context, id messenger.ID, now, end time.Time) (search.Task, bool, error) {
	<-r.gate
	task, taken, err := r.Store.TakeTask(ctx, id, now, end)
	if taken {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.order = append(r.order, task.AccountID)
	}
	return task, taken, err
}

func (r *recording) count(of func() int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return of()
}

// An account that searches once does not wait for all the searches that another one began before.
func TestAccountsShareTheWorkers(t *testing.T) {
	const many = 15
	w := newWorld(t, search.Options{MaxResults: 100})
	store := &recording{Store: w.store, gate: make(chan struct{}), looked: map[messenger.ID]bool{}}
	log := slog.New(slog.DiscardHandler)
	w.consumer = search.NewConsumer(store, search.NewCachedResults(w.cache, time.Hour), w.queue, search.NewIndexer(store, w.options, log), w.options, log)
	other := messenger.NewID()
	w.must(w.store.CreateAccount(t.Context(), messenger.Account{ID: other, Name: "bob", PasswordHash: "x", CreatedAt: w.now()}))
	for range many {
		_, err := w.service.Start(t.Context(), w.account, search.Request{Text: "word"})
		w.must(err)
	}
	_, err := w.service.Start(t.Context(), other, search.Request{Text: "word"})
	w.must(err)
	w.run()
	await.Until(t, "all tasks wait", func() bool { return store.count(func() int { return len(store.looked) }) == many+1 })
	close(store.gate)
	await.Until(t, "all tasks are worked on", func() bool { return store.count(func() int { return len(store.order) }) == many+1 })
	// The first two had the workers already, and one more may have come before the other account waited.
	if at := slices.Index(store.order, other); at > 4 {
		t.Errorf("the other account's only search came after %d of the first one's", at)
	}
}
