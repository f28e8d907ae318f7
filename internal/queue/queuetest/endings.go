package queuetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"messenger-api/internal/queue"
	"messenger-api/internal/testkit/await"
)

func testEndOfContext(t *testing.T, open func() queue.Queue) {
	release := make(chan struct{})
	var first Recorder
	first.Work = func(ctx context.Context, _ queue.ID) error { _ = Wait(t, release); return ctx.Err() }
	q := open()
	ids := Publish(t, q, 10)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Consume(ctx, 2, first.Handler()) }()
	await.Until(t, "two run", func() bool { return first.Running() == 2 })
	cancel()
	select {
	case err := <-ended:
		t.Fatalf("Consume ended with %v while two still run", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	if err := await.Receive(t, "Consume ends", ended); err != nil {
		t.Errorf("Consume: %v", err)
	}
	var second Recorder
	Consume(t, q, 2, second.Handler())
	await.Until(t, "the rest arrives", func() bool {
		for _, id := range ids {
			if first.Done(id)+second.Done(id) == 0 {
				return false
			}
		}
		return true
	})
	for _, id := range ids {
		if once := first.Handled(id) + second.Handled(id); once != 1 {
			t.Errorf("an id was delivered %d times: a finished message was not acknowledged", once)
		}
	}
	if want := len(ids) - 2; countDone(&second, ids) != want {
		t.Errorf("%d were left for the second consumer, want %d", countDone(&second, ids), want)
	}
}

func countDone(r *Recorder, ids []queue.ID) (done int) {
	for _, id := range ids {
		done += r.Done(id)
	}
	return done
}

func testEndDuringFailure(t *testing.T, open func() queue.Queue) {
	release := make(chan struct{})
	first := Recorder{Work: func(context.Context, queue.ID) error { _ = Wait(t, release); return errFailed }}
	q := open()
	stop := Consume(t, q, 1, first.Handler())
	id := Publish(t, q, 1)[0]
	await.Until(t, "it runs", func() bool { return first.Running() == 1 })
	go close(release) // while stop waits for it
	stop()
	var second Recorder
	Consume(t, q, 1, second.Handler())
	await.Until(t, "it is retried", func() bool { return second.Done(id) == 1 })
}

func testClose(t *testing.T, open func() queue.Queue) {
	release := make(chan struct{})
	all := Recorder{Work: func(context.Context, queue.ID) error { return Wait(t, release) }}
	q := open()
	ids := Publish(t, q, 1)
	ended := make(chan error, 1)
	go func() { ended <- q.Consume(t.Context(), 1, all.Handler()) }()
	await.Until(t, "it runs", func() bool { return all.Running() == 1 })
	closed := make(chan error, 1)
	go func() {
		err := q.Close()
		if !all.AllDone(ids) {
			err = errors.Join(err, errors.New("a running call was not awaited by Close"))
		}
		closed <- err
	}()
	await.Until(t, "Close has begun", func() bool { return q.Publish(t.Context(), NewID()) != nil })
	close(release)
	if err := errors.Join(await.Receive(t, "Consume ends", ended), await.Receive(t, "Close returns", closed), q.Close()); err != nil {
		t.Error(err)
	}
}

func testClosed(t *testing.T, open func() queue.Queue) {
	q := open()
	Publish(t, q, 1)
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	if err := q.Publish(t.Context(), NewID()); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("Publish: %v, want ErrUnavailable", err)
	}
	if err := q.Consume(t.Context(), 1, queue.Handler{}); err != nil {
		t.Errorf("Consume: %v", err)
	}
}

func testCanceled(t *testing.T, open func() queue.Queue) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q := open()
	if err := q.Publish(ctx, NewID()); !errors.Is(err, queue.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("Publish: %v, want ErrUnavailable and context.Canceled", err)
	}
	Publish(t, q, 1)
}
