package queuetest

import (
	"context"
	"testing"

	"messenger-api/internal/queue"
	"messenger-api/internal/testkit/await"
)

func testFailingThreeTimes(t *testing.T, open func() queue.Queue) {
	var bad queue.ID
	all := &Recorder{}
	all.Work = func(_ context.Context, id queue.ID) error {
		if id == bad {
			return errFailed
		}
		return nil
	}
	bad = NewID()
	q := open()
	if err := q.Publish(t.Context(), bad); err != nil {
		t.Fatal(err)
	}
	Consume(t, q, 2, all.Handler())
	good := Publish(t, q, 10)
	await.Until(t, "it is a dead letter", func() bool { return all.DeadLetter(bad) > 0 })
	await.Until(t, "the others are done", func() bool { return all.AllDone(good) })
	if tries, dead := all.Handled(bad), all.DeadLetter(bad); tries != 3 || dead != 1 {
		t.Errorf("%d attempts and %d times a dead letter, want 3 and 1", tries, dead)
	}
	for _, id := range good {
		if all.DeadLetter(id) != 0 {
			t.Error("a message that was handled is a dead letter")
		}
	}
}

func testFailingTwice(t *testing.T, open func() queue.Queue) {
	all := &Recorder{}
	all.Work = func(_ context.Context, id queue.ID) error {
		if all.Handled(id) < 3 {
			return errFailed
		}
		return nil
	}
	q := open()
	stop := Consume(t, q, 2, all.Handler())
	ids := Publish(t, q, 5)
	await.Until(t, "they are done", func() bool { return all.AllDone(ids) })
	stop()
	for _, id := range ids {
		if tries, dead := all.Handled(id), all.DeadLetter(id); tries != 3 || dead != 0 {
			t.Errorf("%d attempts and %d times a dead letter, want 3 and none", tries, dead)
		}
	}
}

func testPanic(t *testing.T, open func() queue.Queue) {
	all := &Recorder{}
	all.Work = func(context.Context, queue.ID) error { panic("on purpose") }
	handler := all.Handler()
	dead := handler.DeadLetter
	handler.DeadLetter = func(ctx context.Context, id queue.ID) error {
		if err := dead(ctx, id); err != nil || all.DeadLetter(id) == 1 {
			panic("on purpose")
		}
		return nil
	}
	q := open()
	Consume(t, q, 2, handler)
	id := Publish(t, q, 1)[0]
	await.Until(t, "it is a dead letter for the second time", func() bool { return all.DeadLetter(id) == 2 })
	if tries := all.Handled(id); tries != 3 {
		t.Errorf("%d tries, want 3", tries)
	}
}

func testDeadRefused(t *testing.T, open func() queue.Queue) {
	all := &Recorder{Refuse: 3}
	all.Work = func(context.Context, queue.ID) error { return errFailed }
	q := open()
	stop := Consume(t, q, 2, all.Handler())
	ids := Publish(t, q, 3)
	await.Until(t, "they are dead letters for the fourth time", func() bool {
		for _, id := range ids {
			if all.DeadLetter(id) < 4 {
				return false
			}
		}
		return true
	})
	stop()
	for _, id := range ids {
		if all.DeadLetter(id) != 4 || all.Handled(id) != 3 {
			t.Errorf("%d times a dead letter after %d attempts, want 4 and 3", all.DeadLetter(id), all.Handled(id))
		}
	}
}
