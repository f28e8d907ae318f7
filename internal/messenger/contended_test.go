package messenger

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"messenger-api/internal/errs"
)

// Once the lock of a chat could not be acquired, its messages are committed in batches of their
// own while the chat counts as contended, so messages to other chats do not wait for the lock.
func TestContendedChatsHoldUpNoOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locked, release := true, make(chan struct{})
		store := &scriptedStore{}
		store.script = func(_ context.Context, batch []Message, commit func() []AppendResult) ([]AppendResult, error) {
			if !locked || !slices.ContainsFunc(batch, func(message Message) bool { return message.ChatID == aChat }) {
				return commit(), nil
			}
			<-release
			return lockedFor(store, aChat, 1)(t.Context(), batch, commit)
		}
		service := newScripted(store)
		var group sync.WaitGroup
		send := func(chat ID, text string, want error) {
			group.Go(func() {
				if _, err := service.Send(t.Context(), Draft{ChatID: chat, Text: text}); (err != nil) != (want != nil) || want != nil && !errs.Is(err, errs.Unavailable) {
					t.Errorf("%s: the error is %v, want %v", text, err, want)
				}
			})
			synctest.Wait()
		}
		send(aChat, "the first one", ErrBusy)
		release <- struct{}{}
		group.Wait()
		send(aChat, "waits", ErrBusy)
		for i := range 10 {
			send(anotherChat, fmt.Sprint("free ", i), nil)
			if _, found := store.storedID(t, fmt.Sprint("free ", i)); !found {
				t.Fatal("a message to a free chat waits")
			}
		}
		release <- struct{}{}
		group.Wait()
		locked = false
		time.Sleep(contendedFor)
		if service.contended.has(aChat, time.Now()) {
			t.Error("the chat stays contended")
		}
		send(aChat, "after", nil)
		group.Wait()
	})
}

func TestContendedChatsAreBounded(t *testing.T) {
	var chats contendedChats
	now := time.Now()
	for i := range 2 * maxContended {
		chats.add(ID{0: byte(i), 1: byte(i >> 8)}, now)
	}
	if len(chats.until) != maxContended {
		t.Errorf("%d chats are remembered", len(chats.until))
	}
	chats.add(aChat, now.Add(2*contendedFor))
	if len(chats.until) != 1 || !chats.has(aChat, now.Add(2*contendedFor)) {
		t.Errorf("%d chats are remembered when all others are over", len(chats.until))
	}
}
