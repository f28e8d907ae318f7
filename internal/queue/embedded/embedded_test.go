package embedded_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"messenger-api/internal/queue"
	"messenger-api/internal/queue/embedded"
	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/testkit/await"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, capacity int) *embedded.Queue {
	q := embedded.Open(embedded.Options{
		Capacity: capacity, Pauses: queuetest.Pauses(), Propagator: queuetest.Propagator(), Log: slog.New(slog.DiscardHandler),
	})
	queuetest.Close(t, q)
	return q
}

func TestSuite(t *testing.T) {
	queuetest.Run(t, func(t testing.TB) func() queue.Queue {
		q := open(t, 0)
		return func() queue.Queue { return q }
	})
}

func TestNotDurable(t *testing.T) {
	if open(t, 0).Durable() {
		t.Error("Durable is true")
	}
}

// Publishing to a full queue fails at once. Messages that wait for a retry and dead letters
// whose handler fails count, too, and can always be queued again.
func TestFull(t *testing.T) {
	const capacity = 8
	q := open(t, capacity)
	refusals := queuetest.Recorder{Refuse: 20}
	refusals.Work = func(context.Context, queue.ID) error { return errors.New("failed on purpose") }
	ids := queuetest.Publish(t, q, capacity)
	full := func() bool {
		t.Helper()
		refused := make(chan error, 1)
		go func() { refused <- q.Publish(context.WithoutCancel(t.Context()), queuetest.NewID()) }()
		err := await.Receive(t, "Publish returns although there is no room", refused)
		return errors.Is(err, queue.ErrUnavailable)
	}
	if !full() {
		t.Error("a full queue accepted a message")
	}
	stop := queuetest.Consume(t, q, 2, refusals.Handler())
	await.Until(t, "all are refused as dead letters", func() bool {
		for _, id := range ids {
			if refusals.DeadLetter(id) < 2 {
				return false
			}
		}
		return true
	})
	if !full() {
		t.Error("a queue full of dead letters accepted a message")
	}
	stop()
	if !full() {
		t.Error("a message was lost at the end of Consume")
	}
	var fine queuetest.Recorder
	queuetest.Consume(t, q, 2, fine.Handler())
	await.Until(t, "there is room again", func() bool {
		for _, id := range ids {
			if fine.DeadLetter(id) == 0 {
				return false
			}
		}
		return !full()
	})
}

// After a message or a dead letter was handled, another one can be published.
func TestHandledMessagesMakeRoom(t *testing.T) {
	const capacity = 2
	q := open(t, capacity)
	all := queuetest.Recorder{Work: func(_ context.Context, id queue.ID) error {
		if id[0] == 0 {
			return errors.New("failed on purpose")
		}
		return nil
	}}
	queuetest.Consume(t, q, capacity, all.Handler())
	for i := range 5 * capacity {
		id := queuetest.NewID()
		id[0] = byte(i % 2)
		await.Until(t, "there is room", func() bool { return q.Publish(t.Context(), id) == nil })
	}
}
