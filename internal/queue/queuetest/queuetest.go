// Package queuetest is the suite that every queue.Queue passes, and a RabbitMQ of
// a test's own, to be killed.
package queuetest

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"messenger-api/internal/queue"
)

// patience is how long the suite waits for what has to happen at some time.
const patience = 60 * time.Second

// Pauses are those that the queues of the suite are opened with.
func Pauses() []time.Duration {
	return []time.Duration{20 * time.Millisecond, 50 * time.Millisecond}
}

// Run runs the suite. fresh makes an empty queue and gives what opens a client of
// it, any number of times; the clients are closed with the test.
func Run(t *testing.T, fresh func(t testing.TB) (open func() queue.Queue)) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, func() queue.Queue)
	}{
		{"every id arrives", testEveryIDArrives},
		{"published before there is a consumer", testPublishedBefore},
		{"many publishers at once", testManyPublishers},
		{"as many at once as allowed", testParallel},
		{"two consumers share the work", testTwoConsumers},
		{"failing three times", testFailingThreeTimes},
		{"failing twice", testFailingTwice},
		{"trace context is propagated", testPropagation},
		{"a panic", testPanic},
		{"a dead letter that is refused", testDeadRefused},
		{"the end of the context", testEndOfContext},
		{"the end during a failure", testEndDuringFailure},
		{"close ends consumers", testClose},
		{"a closed queue", testClosed},
		{"a caller who left", testCanceled},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, fresh(t)) })
	}
}

// NewID gives an id that nobody else has.
func NewID() (id queue.ID) {
	_, _ = rand.Read(id[:]) // it never fails
	return id
}

// Publish publishes so many new ids, and fails the test on any error.
func Publish(t testing.TB, q queue.Queue, count int) []queue.ID {
	t.Helper()
	ids := make([]queue.ID, count)
	for i := range ids {
		ids[i] = NewID()
		if err := q.Publish(t.Context(), ids[i]); err != nil {
			t.Fatalf("Publish: %v", err)
		}
	}
	return ids
}

// Consume consumes in the background. stop ends it, and waits until all is finished;
// the end of the test does so too.
func Consume(t testing.TB, q queue.Queue, parallel int, handler queue.Handler) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := q.Consume(ctx, parallel, handler); err != nil {
			t.Errorf("Consume: %v", err)
		}
	}()
	stop = func() {
		cancel()
		select {
		case <-done:
		case <-time.After(patience):
			t.Errorf("Consume did not end in %v", patience)
		}
	}
	t.Cleanup(stop)
	return stop
}

// Wait waits for something from the channel, or its end, and for no longer than the
// test runs: a test that fails can end.
func Wait(t testing.TB, release <-chan struct{}) error {
	select {
	case <-release:
	case <-t.Context().Done():
	}
	return nil
}
