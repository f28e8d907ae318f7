package queuetest

import (
	"context"
	"sync"
	"testing"

	"messenger-api/internal/queue"
	"messenger-api/internal/testkit/await"
)

type contextKey struct{}

// Propagator is the propagator for the queues of the suite. It propagates one text.
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

// The propagated headers arrive with the message, also when it is retried.
func testPropagation(t *testing.T, open func() queue.Queue) {
	var mu sync.Mutex
	received := map[queue.ID][]string{}
	all := &Recorder{}
	all.Work = func(ctx context.Context, id queue.ID) error {
		mu.Lock()
		defer mu.Unlock()
		text, _ := ctx.Value(contextKey{}).(string)
		received[id] = append(received[id], text)
		if len(received[id]) < 3 {
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
		if received[with][i] != "hello" || received[without][i] != "" {
			t.Errorf("attempt %d: %q with and %q without, want hello and nothing", i+1, received[with][i], received[without][i])
		}
	}
}
