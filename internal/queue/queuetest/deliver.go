package queuetest

import (
	"context"
	"sync"
	"testing"

	"messenger-api/internal/queue"
	"messenger-api/internal/testkit/await"
)

func testEveryIDArrives(t *testing.T, open func() queue.Queue) {
	var all Recorder
	Consume(t, open(), 4, all.Handler())
	ids := Publish(t, open(), 50)
	await.Until(t, "every id arrives", func() bool { return all.AllDone(ids) })
}

func testPublishedBefore(t *testing.T, open func() queue.Queue) {
	ids := Publish(t, open(), 20)
	var all Recorder
	Consume(t, open(), 4, all.Handler())
	await.Until(t, "every id arrives", func() bool { return all.AllDone(ids) })
}

func testManyPublishers(t *testing.T, open func() queue.Queue) {
	var all Recorder
	Consume(t, open(), 8, all.Handler())
	q := open()
	ids := make([]queue.ID, 640)
	var publishers sync.WaitGroup
	for i := range 32 {
		publishers.Go(func() {
			for j := i; j < len(ids); j += 32 {
				ids[j] = NewID()
				if err := q.Publish(t.Context(), ids[j]); err != nil {
					t.Errorf("Publish: %v", err)
				}
			}
		})
	}
	await.Return(t, "all are published", publishers.Wait)
	await.Until(t, "every id arrives", func() bool { return all.AllDone(ids) })
}

func testParallel(t *testing.T, open func() queue.Queue) {
	const parallel = 3
	release := make(chan struct{})
	all := Recorder{Work: func(context.Context, queue.ID) error { return Wait(t, release) }}
	q := open()
	ids := Publish(t, q, 4*parallel)
	Consume(t, q, parallel, all.Handler())
	await.Until(t, "the limit of concurrent calls is reached", func() bool { return all.Running() == parallel })
	await.Return(t, "each id is handled", func() {
		for range ids {
			release <- struct{}{}
		}
	})
	await.Until(t, "every id arrives", func() bool { return all.AllDone(ids) })
	if got := all.MaxRunning(); got != parallel {
		t.Errorf("%d concurrent calls, want %d", got, parallel)
	}
}

func testTwoConsumers(t *testing.T, open func() queue.Queue) {
	release := make(chan struct{})
	hold := func(context.Context, queue.ID) error { return Wait(t, release) }
	one, other := Recorder{Work: hold}, Recorder{Work: hold}
	Consume(t, open(), 1, one.Handler())
	Consume(t, open(), 1, other.Handler())
	ids := Publish(t, open(), 20)
	await.Until(t, "both work", func() bool { return one.Running() == 1 && other.Running() == 1 })
	close(release)
	await.Until(t, "every id arrives", func() bool {
		for _, id := range ids {
			if one.Done(id)+other.Done(id) == 0 {
				return false
			}
		}
		return true
	})
	for _, id := range ids {
		if times := one.Handled(id) + other.Handled(id); times != 1 {
			t.Errorf("an id was delivered %d times although nothing failed", times)
		}
	}
}
