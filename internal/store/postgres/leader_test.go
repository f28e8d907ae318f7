package postgres_test

import (
	"context"
	"sync"
	"syscall"
	"testing"
	"time"

	"messenger-api/internal/testkit/await"
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

// holderProcess is the server's process of the connection that has the lock.
const holderProcess = `SELECT pid FROM pg_locks WHERE locktype = 'advisory'
	AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// A leader whose confirmation comes after its lease has ended leads again with the same lock.
func TestLateConfirmationKeepsTheLock(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	leader := newObserver()
	var group sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	defer group.Wait()
	defer stop()
	group.Go(func() {
		if err := store.CampaignForLeader(ctx, leader); err != nil {
			t.Error(err)
		}
	})
	<-leader.elected
	var process int
	if err := pool.QueryRow(t.Context(), holderProcess).Scan(&process); err != nil {
		t.Fatal(err)
	}
	until := func() time.Time {
		leader.mu.Lock()
		defer leader.mu.Unlock()
		return leader.until
	}
	await.Stopped(t, process)
	await.Until(t, "the lease is over", func() bool { return time.Now().After(until()) })
	over := until()
	if err := syscall.Kill(process, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	await.Until(t, "it leads again", func() bool { return until().After(over) && time.Now().Before(until()) })
	var now int
	if err := pool.QueryRow(t.Context(), holderProcess).Scan(&now); err != nil || now != process || len(leader.unconfirmed) > 0 {
		t.Errorf("the lock was given up: process %d, then %d, %v", process, now, err)
	}
}
