// Package queuetest is the test suite for implementations of queue.Queue. It also starts
// private RabbitMQ servers that a test may kill.
package queuetest

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"messenger-api/internal/queue"
	"messenger-api/internal/testkit/await"
)

// startTimeout is how long a RabbitMQ may take to start.
const startTimeout = 60 * time.Second

// Pauses are the pauses to open the queues of the suite with.
func Pauses() []time.Duration {
	return []time.Duration{20 * time.Millisecond, 50 * time.Millisecond}
}

// Run runs the suite. fresh makes an empty queue and returns a function that opens a client
// of it; the function may be called several times, and closes the clients with the test.
func Run(t *testing.T, fresh func(t testing.TB) (open func() queue.Queue)) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, func() queue.Queue)
	}{
		{"every id arrives", testEveryIDArrives},
		{"published before there is a consumer", testPublishedBefore},
		{"many publishers at once", testManyPublishers},
		{"concurrency limit", testParallel},
		{"two consumers share the work", testTwoConsumers},
		{"failing three times", testFailingThreeTimes},
		{"failing twice", testFailingTwice},
		{"trace context is propagated", testPropagation},
		{"a panic", testPanic},
		{"a dead letter whose handler fails", testDeadRefused},
		{"the end of the context", testEndOfContext},
		{"the end during a failure", testEndDuringFailure},
		{"close ends consumers", testClose},
		{"a closed queue", testClosed},
		{"canceled publish", testCanceled},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, fresh(t)) })
	}
}

// NewID returns a random id.
func NewID() (id queue.ID) {
	_, _ = rand.Read(id[:]) // never fails
	return id
}

// Publish publishes count new ids, and fails the test on an error.
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

// Consume consumes in the background. stop ends it and waits for its end; so does the end
// of the test.
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
		await.Receive(t, "Consume ends", done)
	}
	t.Cleanup(stop)
	return stop
}

// Close closes a queue when the test ends.
func Close(t testing.TB, q queue.Queue) {
	t.Cleanup(func() {
		await.Return(t, "Close returns", func() {
			if err := q.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	})
}

// Wait waits until the channel has a value or is closed, or until the test ends, so that a
// test that fails can end.
func Wait(t testing.TB, release <-chan struct{}) error {
	select {
	case <-release:
	case <-t.Context().Done():
	}
	return nil
}
