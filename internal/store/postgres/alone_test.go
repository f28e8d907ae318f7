package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"
)

// standing remembers what it was told.
type standing struct {
	held, lost, waiting chan struct{}
	mu                  sync.Mutex
	since, until        time.Time // from the first Held on, to the last one's time
}

func newStanding() *standing {
	return &standing{held: make(chan struct{}, 1000), lost: make(chan struct{}, 1000), waiting: make(chan struct{}, 1000)}
}

func (s *standing) Held(until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.since.IsZero() {
		s.since = time.Now()
	}
	s.until = until
	s.held <- struct{}{}
}

func (s *standing) Lost()    { s.lost <- struct{}{} }
func (s *standing) Waiting() { s.waiting <- struct{}{} }

// endHolder ends the connection that has the lock.
const endHolder = `SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'
	AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// The one whose connection was cut believes in its lock for a moment; who waited
// for it does not count before that is over.
func TestTheNextOneWaitsUntilTheLastOneKnows(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	var group sync.WaitGroup
	defer group.Wait()
	begin := func(s *standing) context.CancelFunc {
		ctx, cancel := context.WithCancel(t.Context())
		group.Go(func() {
			if err := store.Alone(ctx, s); err != nil {
				t.Error(err)
			}
		})
		return cancel
	}
	first, second := newStanding(), newStanding()
	endFirst := begin(first)
	defer endFirst()
	<-first.held
	defer begin(second)()
	<-second.waiting
	<-first.held // it was confirmed just now
	if _, err := pool.Exec(t.Context(), endHolder); err != nil {
		t.Fatal(err)
	}
	<-first.lost
	endFirst() // so that it does not come before the second one again
	<-second.held
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
	if second.since.Before(first.until) {
		t.Errorf("the second one came %v before the first one's end", first.until.Sub(second.since))
	}
}
