package messenger

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
)

// Where many wait for one commit, the next ones go with another beside it; where
// that has as many, too, they wait.
func TestACrowdGetsASecondCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		store := &scriptedStore{writers: 3, script: func(_ context.Context, _ []Message, commit func() []Appended) ([]Appended, error) {
			<-gate
			return commit(), nil
		}}
		service := newScripted(store)
		var group sync.WaitGroup
		texts := texts(4 * crowd)
		answers := make([]sent, len(texts))
		for i, text := range texts {
			group.Go(func() { answers[i].id, answers[i].err = service.Send(t.Context(), Draft{ChatID: aChat, Text: text}) })
			synctest.Wait()
			want := 1
			if i > crowd {
				want = 2
			}
			if len(store.tries) != want {
				t.Fatalf("%d commits are under way for %d messages, want %d", len(store.tries), i+1, want)
			}
		}
		close(gate)
		group.Wait()
		for i, text := range texts {
			requireSent(t, store, text, answers[i])
		}
		if len(store.tries) != 4 {
			t.Errorf("%d commits for all", len(store.tries))
		}
	})
}
