package queuetest

import (
	"context"
	"sync"
	"testing"

	"messenger-api/internal/queue"
	"messenger-api/internal/testkit/await"
)

type contextKey struct{}

// Propagator is what the suite opens queues with: it passes one text of the context along.
func Propagator() queue.Propagator {
	const header = "propagated"
	return queue.Propagator{
		InjectFunc: func(ctx context.Context) map[string]string {
			text, ok := ctx.Value(contextKey{}).(string)
			if !ok {
				return nil
			}
			return map[string]string{header: text}
		},
		ExtractFunc: func(ctx context.Context, headers map[string]string) context.Context {
			return context.WithValue(ctx, contextKey{}, headers[header])
		},
	}
}

// What the propagator injects arrives with the id, and still does when it is tried again.
func testPropagation(t *testing.T, open func() queue.Queue) {
	var mu sync.Mutex
	came := map[queue.ID][]string{}
	all := &Recorder{}
	all.Work = func(ctx context.Context, id queue.ID) error {
		mu.Lock()
		defer mu.Unlock()
		text, _ := ctx.Value(contextKey{}).(string)
		came[id] = append(came[id], text)
		if len(came[id]) < 3 {
			return errFailed
		}
		return nil
	}
	q := open()
	with, without := NewID(), NewID()
	if err := q.Publish(context.WithValue(t.Context(), contextKey{}, "hello"), with); err != nil {
		t.Fatal(err)
	}
	if err := q.Publish(t.Context(), without); err != nil {
		t.Fatal(err)
	}
	Consume(t, q, 2, all.Handler())
	await.Until(t, "they are done", func() bool { return all.AllDone([]queue.ID{with, without}) })
	mu.Lock()
	defer mu.Unlock()
	for i := range 3 {
		if came[with][i] != "hello" || came[without][i] != "" {
			t.Errorf("try %d: %q with and %q without, want hello and nothing", i+1, came[with][i], came[without][i])
		}
	}
}
