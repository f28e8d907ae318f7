package api

import (
	"bytes"
	"context"
	"log/slog"
	"net/netip"
	"testing"
	"testing/synctest"

	"messenger-api/internal/apps"
	"messenger-api/internal/cache/memory"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/pages"
)

// A reader that waits for the budget holds no page meanwhile: it gets the page of after its wait.
func TestReaderThatWaitsHoldsNoPage(t *testing.T) {
	cached, err := memory.Open(memory.Options{MaxBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cached.Close() }()
	synctest.Test(t, func(t *testing.T) {
		store := &oneMessage{text: "before"}
		service := messenger.NewService(store, nil, messenger.Options{}, slog.New(slog.DiscardHandler))
		a := &app{service, pages.New(cached, nil), apps.NewMemoryBudget()}
		info := &httpkit.Info{Client: netip.MustParseAddr("192.0.2.1")}
		from := messenger.LatestCursor(messenger.NewID())
		read := func(want string) {
			lease := a.memory.Lease(info)
			defer lease.Release()
			page, err := a.page(t.Context(), &lease, from, 10)
			if err != nil || !bytes.Contains(page.Body(), []byte(want)) {
				t.Errorf("the page is %q, %v, want the text %s", page, err, want)
			}
		}

		read("before")
		all := a.memory.Lease(info)
		if err := all.Acquire(t.Context(), 1<<30); err != nil {
			t.Fatal(err)
		}
		go read("after")
		synctest.Wait() // until it waits for the budget
		store.text = "after"
		a.pages.Invalidate(t.Context(), from.ChatID)
		all.Release()
		synctest.Wait()
	})
}

// oneMessage is a store whose chats have one message.
type oneMessage struct {
	messenger.Store
	text string
}

// Messages implements messenger.Store.
func (o *oneMessage) Messages(context.Context, messenger.ID, int64, int, int) ([]messenger.Message, error) {
	return []messenger.Message{{Seq: 1, Text: o.text}}, nil
}
