package messenger

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"messenger-api/internal/batcher"
	"messenger-api/internal/errs"
)

func TestLateSendIsNotTried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &scriptedStore{script: func(_ context.Context, _ []Message, commit func() []AppendResult) ([]AppendResult, error) {
			time.Sleep(sendTimeout)
			return commit(), nil
		}}
		service := newScripted(store)
		var group sync.WaitGroup
		var first, late sent
		group.Go(func() { first.id, first.err = service.Send(t.Context(), Draft{ChatID: aChat, Text: "first"}) })
		synctest.Wait()
		group.Go(func() { late.id, late.err = service.Send(t.Context(), Draft{ChatID: aChat, Text: "late"}) })
		group.Wait()
		requireSent(t, store, "first", first)
		if _, found := store.storedID(t, "late"); found || !errs.Is(late.err, errs.Unavailable) {
			t.Errorf("the error is %v, stored: %v", late.err, found)
		}
		if len(store.tries) != 1 {
			t.Errorf("%d tries", len(store.tries))
		}
	})
}

// Nothing is tried when the caller has its answer.
func TestTriesEndWithTheCallersTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &scriptedStore{script: func(ctx context.Context, _ []Message, _ func() []AppendResult) ([]AppendResult, error) {
			<-ctx.Done()
			return nil, errUnknown
		}}
		service := newScripted(store)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := service.Send(ctx, Draft{ChatID: aChat, Text: "text"}); err == nil {
			t.Error("it was sent")
		}
		time.Sleep(sendTimeout)
		synctest.Wait()
		if len(store.tries) != 1 {
			t.Errorf("%d tries", len(store.tries))
		}
	})
}

// A sender who has little time left takes none from the others in its batch.
func TestHurriedSenderHurriesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const hurried, patient = "hurried", "patient"
		gate := make(chan struct{})
		store := &scriptedStore{script: func(ctx context.Context, batch []Message, commit func() []AppendResult) ([]AppendResult, error) {
			if batch[0].Text == leader {
				<-gate
				return commit(), nil
			}
			time.Sleep(2 * time.Second) // less than an attempt may take
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return commit(), nil
		}}
		service := newScripted(store)
		var group sync.WaitGroup
		send := func(ctx context.Context, text string, answer *sent) {
			group.Go(func() { answer.id, answer.err = service.Send(ctx, Draft{ChatID: aChat, Text: text}) })
			synctest.Wait()
		}
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var first, leaves, stays sent
		send(t.Context(), leader, &first)
		send(soon, hurried, &leaves)
		send(t.Context(), patient, &stays)
		close(gate)
		group.Wait()
		requireSent(t, store, patient, stays)
		if len(store.tries) != 2 || leaves.err == nil {
			t.Errorf("%d commits; the hurried sender's error is %v", len(store.tries), leaves.err)
		}
	})
}

func TestPanicFailsTheBatchAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &scriptedStore{script: func(_ context.Context, batch []Message, commit func() []AppendResult) ([]AppendResult, error) {
			switch {
			case len(batch) > 2:
				return nil, ErrRejected
			case has(batch, "text 2"):
				panic("a fault in the store")
			}
			return commit(), nil
		}}
		texts := texts(4)
		answers := sendTogether(t.Context(), store, []ID{aChat}, texts...)
		// The half that was stored before the panic keeps its answers.
		requireSent(t, store, texts[0], answers[0])
		requireSent(t, store, texts[1], answers[1])
		for _, answer := range answers[2:] {
			if errs.From(answer.err).Kind != errs.Internal {
				t.Errorf("the error is %v", answer.err)
			}
		}
	})
}

func TestSendsGoOnAfterAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &scriptedStore{script: func(context.Context, []Message, func() []AppendResult) ([]AppendResult, error) { panic("a fault") }}
		service := newScripted(store)
		if _, err := service.Send(t.Context(), Draft{ChatID: aChat, Text: "first"}); !errs.Is(err, errs.Internal) {
			t.Errorf("the error is %v", err)
		}
		store.script = works
		id, err := service.Send(t.Context(), Draft{ChatID: aChat, Text: "second"})
		requireSent(t, store, "second", sent{id, err})
	})
}

// A caller who leaves takes nobody's commit along, and whoever caches the chat
// still learns of it.
func TestCommitOutlivesItsCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan struct{})
		store := &scriptedStore{script: func(ctx context.Context, _ []Message, commit func() []AppendResult) ([]AppendResult, error) {
			leave()
			<-left
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return commit(), nil
		}}
		var changed [][16]byte
		service := newNotifying(store, func(ctx context.Context, chats ...[16]byte) {
			if ctx.Err() == nil {
				changed = append(changed, chats...)
			}
		})
		if _, err := service.Send(ctx, Draft{ChatID: aChat, Text: "text"}); !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v", err)
		}
		close(left)
		synctest.Wait()
		if _, found := store.storedID(t, "text"); !found || !slices.Equal(changed, [][16]byte{aChat}) {
			t.Errorf("stored: %v, notified of %v", found, changed)
		}
	})
}

func TestTooManySendsWait(t *testing.T) {
	service := newScripted(&scriptedStore{script: works})
	service.sends = batcher.New(func([]pendingMessage) []sendResult { return nil }, nil, batcher.Limits[pendingMessage]{Waiting: 0})
	_, err := service.Send(t.Context(), Draft{ChatID: aChat, Text: "text"})
	if !errs.Is(err, errs.Unavailable) || errs.From(err).RetryAfter == 0 {
		t.Errorf("the error is %v", err)
	}
}

// While one commit is stuck, sends to other chats go around it.
func TestStuckCommitStallsFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		unlocked := make(chan struct{})
		locked := ID{15: 7}
		store := &scriptedStore{commits: 3, script: func(_ context.Context, batch []Message, commit func() []AppendResult) ([]AppendResult, error) {
			if batch[0].ChatID == locked {
				<-unlocked
			}
			return commit(), nil
		}}
		service := newScripted(store)
		first := make(chan error)
		go func() {
			_, err := service.Send(t.Context(), Draft{ChatID: locked, Text: "locked"})
			first <- err
		}()
		time.Sleep(2 * commitStuckAfter)
		for i := range 8 {
			if _, err := service.Send(t.Context(), Draft{ChatID: ID{15: byte(i)}, Text: "free"}); i != 7 && err != nil {
				t.Errorf("a send to another chat: %v", err)
			}
			if i == 6 {
				close(unlocked)
			}
		}
		if err := <-first; err != nil {
			t.Errorf("the send to the locked chat: %v", err)
		}
	})
}
