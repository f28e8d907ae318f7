package search_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/queue/embedded"
	"messenger-api/internal/search"
)

// leased is a store with one task, whose search takes as long as the test says. What a
// Consumer does not need of a Store is missing, and panics.
type leased struct {
	search.Store

	find func(ctx context.Context) error
	// valid says whether the attempt is still the valid one.
	valid bool

	mu       sync.Mutex
	leaseEnd time.Time
	ended    bool
	released bool
}

func (l *leased) hold(leaseEnd time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leaseEnd = leaseEnd
}

// over reports whether the lease is over by now.
func (l *leased) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !time.Now().Before(l.leaseEnd)
}

func (*leased) Task(_ context.Context, id messenger.ID) (search.Task, error) {
	return search.Task{ID: id}, nil
}

func (l *leased) TakeTask(_ context.Context, id messenger.ID, _, leaseEnd time.Time) (search.Task, bool, error) {
	l.hold(leaseEnd)
	return search.Task{ID: id, Request: search.Request{Text: "numbers"}, Attempt: 1}, true, nil
}

func (l *leased) RenewTask(_ context.Context, _ messenger.ID, _ int, leaseEnd time.Time) (bool, error) {
	if l.valid {
		l.hold(leaseEnd)
	}
	return l.valid, nil
}

func (*leased) AccountIndexLag(context.Context, messenger.ID, messenger.ID, int) ([]search.IndexLag, error) {
	return nil, nil
}

func (l *leased) LogRanges(ctx context.Context, _ messenger.ID, _ search.Request) ([]search.LogRange, error) {
	return nil, l.find(ctx)
}

func (l *leased) SucceedTask(context.Context, messenger.ID, int, search.Outcome, time.Time) (bool, error) {
	l.ended = true
	return true, nil
}

func (l *leased) ReleaseTask(context.Context, messenger.ID, int, bool) error {
	l.released = true
	return nil
}

// work lets a consumer work on one task of the store until it has no more to do. It
// must be called in a synctest bubble.
func (l *leased) work(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	tasks := embedded.Open(embedded.Options{Log: log, Pauses: []time.Duration{time.Hour}})
	consumer := search.NewConsumer(l, l, tasks, search.NewIndexer(l, search.Options{}, log), search.Options{}, log)
	if err := tasks.Publish(t.Context(), messenger.NewID()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- consumer.Run(ctx, 1) }()
	time.Sleep(2 * time.Minute) // of the bubble: longer than a task may take
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// As long as a search takes, its lease is never over.
func TestLeaseIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &leased{valid: true}
		store.find = func(context.Context) error {
			for range 50 {
				time.Sleep(time.Second)
				if store.over() {
					t.Error("the lease is over while the search runs")
				}
			}
			return nil
		}
		store.work(t)
		if !store.ended {
			t.Error("the search has not ended")
		}
	})
}

// A search whose attempt another one has taken over ends at once, and ends no task.
func TestSearchEndsWithItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var took time.Duration
		store := &leased{}
		store.find = func(ctx context.Context) error {
			began := time.Now()
			<-ctx.Done()
			took = time.Since(began)
			return ctx.Err()
		}
		store.work(t)
		if store.ended || took > 15*time.Second {
			t.Errorf("the search ended after %v, and its task: %v", took, store.ended)
		}
		if !store.released {
			t.Error("the attempt was not given back")
		}
	})
}
