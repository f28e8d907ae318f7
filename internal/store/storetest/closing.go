package storetest

import (
	"sync"
	"testing"

	"messenger-api/internal/messenger"
)

func closeTests() tests {
	return tests{"running calls finish, later ones are refused": closeWhileUsed}
}

func closeWhileUsed(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	busy := make(chan struct{}, 1)
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for {
				appended, err := store.AppendMessages(t.Context(), []messenger.Message{message(user, "", "text")})
				if err != nil {
					return
				}
				if appended[0].Err != nil {
					t.Errorf("unexpected answer: %v", appended[0].Err)
				}
				select {
				case busy <- struct{}{}:
				default:
				}
			}
		})
	}
	<-busy
	check(t, store.Close())
	writers.Wait()
	if err := store.Ping(t.Context()); err == nil {
		t.Error("a closed store answers")
	}
}
