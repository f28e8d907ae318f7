package messenger

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"messenger-api/internal/errs"
)

// notifying makes a service whose first commit is held up, so that what is sent
// meanwhile goes in one batch; it remembers each notification.
type notifying struct {
	*Service

	store    *scriptedStore
	gate     chan struct{}
	notified [][][16]byte
	// during is what else happens while it notifies.
	during func()
}

func newNotifiedBatch(verdict func(message Message, stored AppendResult) AppendResult) *notifying {
	s := &notifying{gate: make(chan struct{}), during: func() {}}
	s.store = &scriptedStore{script: func(_ context.Context, batch []Message, commit func() []AppendResult) ([]AppendResult, error) {
		if batch[0].Text == leader {
			<-s.gate
			return []AppendResult{{Err: errs.ErrUserNotFound}}, nil
		}
		appended := commit()
		for i := range batch {
			appended[i] = verdict(batch[i], appended[i])
		}
		return appended, nil
	}}
	s.Service = newNotifying(s.store, func(_ context.Context, chats ...[16]byte) {
		s.notified = append(s.notified, chats)
		s.during()
	})
	return s
}

// Each changed chat of a batch is reported once, before any of its answers: of a repeat,
// too, and of nothing that was refused.
func TestABatchNotifiesOfEachChatOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newNotifiedBatch(func(message Message, stored AppendResult) AppendResult {
			switch message.ChatID {
			case ID{2}:
				stored.Repeated = true
			case ID{3}:
				return AppendResult{Err: errs.ErrUserNotFound}
			}
			return stored
		})
		var answered atomic.Int64
		service.during = func() {
			time.Sleep(time.Millisecond)            // of the bubble: who can go on has done so after it
			if left := answered.Load(); left != 1 { // the leader's
				t.Errorf("%d answers left before it notified", left)
			}
		}
		var group sync.WaitGroup
		send := func(chat ID, text string) {
			group.Go(func() {
				_, _ = service.Send(t.Context(), Draft{ChatID: chat, Text: text}) // what it is answered is tested elsewhere
				answered.Add(1)
			})
			synctest.Wait()
		}
		send(ID{9}, leader)
		for i := range 12 {
			send(ID{byte(i%4 + 1)}, fmt.Sprint("text ", i))
		}
		close(service.gate)
		group.Wait()
		if len(service.notified) != 1 || !slices.Equal(service.notified[0], [][16]byte{{1}, {2}, {4}}) {
			t.Errorf("notified of %v", service.notified)
		}
	})
}

// While one batch is notified of, which may take a while, the next is committed.
func TestNotifyingHoldsUpNoCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newNotifiedBatch(func(_ Message, stored AppendResult) AppendResult { return stored })
		slow := make(chan struct{})
		first := true
		service.during = func() {
			if first {
				first = false
				<-slow
			}
		}
		var group sync.WaitGroup
		var held, free sent
		group.Go(func() { held.id, held.err = service.Send(t.Context(), Draft{ChatID: aChat, Text: "held"}) })
		synctest.Wait()
		free.id, free.err = service.Send(t.Context(), Draft{ChatID: aChat, Text: "free"})
		requireSent(t, service.store, "free", free)
		if held != (sent{}) {
			t.Error("an answer left before its chat was notified of")
		}
		close(slow)
		group.Wait()
		requireSent(t, service.store, "held", held)
	})
}
