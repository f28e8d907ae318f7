package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"
)

// observer records the calls of an election.
type observer struct {
	elected, unconfirmed, standby chan struct{}
	mu                            sync.Mutex
	since, until                  time.Time // the time of the first Elected, and the argument of the last
}

func newObserver() *observer {
	return &observer{elected: make(chan struct{}, 1000), unconfirmed: make(chan struct{}, 1000), standby: make(chan struct{}, 1000)}
}

func (o *observer) Elected(until time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since.IsZero() {
		o.since = time.Now()
	}
	o.until = until
	o.elected <- struct{}{}
}

func (o *observer) Unconfirmed() { o.unconfirmed <- struct{}{} }
func (o *observer) Standby()     { o.standby <- struct{}{} }

// endHolder terminates the connection that holds the lock.
const endHolder = `SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'
	AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// A leader that lost its connection remains the leader until its lease expires; the process
// that takes the lock over must not become the leader before that.
func TestTakeoverWaitsForTheEndOfTheLease(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	var group sync.WaitGroup
	defer group.Wait()
	campaign := func(o *observer) context.CancelFunc {
		ctx, cancel := context.WithCancel(t.Context())
		group.Go(func() {
			if err := store.CampaignForLeader(ctx, o); err != nil {
				t.Error(err)
			}
		})
		return cancel
	}
	first, second := newObserver(), newObserver()
	endFirst := campaign(first)
	defer endFirst()
	<-first.elected
	defer campaign(second)()
	<-second.standby
	<-first.elected // confirmed just now
	if _, err := pool.Exec(t.Context(), endHolder); err != nil {
		t.Fatal(err)
	}
	<-first.unconfirmed
	endFirst() // so that it does not come before the second one again
	<-second.elected
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
	if second.since.Before(first.until) {
		t.Errorf("the second one led %v before the first one's lease ended", first.until.Sub(second.since))
	}
}
