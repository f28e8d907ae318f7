package search_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// narrow is a store that has time for so many messages of a chat at once.
type narrow struct {
	search.Store

	most map[messenger.ID]int
}

func (s narrow) ExtendIndex(ctx context.Context, extensions []search.Extension) ([]bool, error) {
	for _, one := range extensions {
		if most, limited := s.most[one.ChatID]; limited && len(one.Entries) > most {
			return nil, errs.ErrServiceUnavailable.WithCause(search.ErrTooSlow)
		}
	}
	return s.Store.ExtendIndex(ctx, extensions)
}

func (w *world) behind(account messenger.ID) int {
	w.t.Helper()
	behind, err := w.store.AccountIndexLag(w.t.Context(), account, messenger.ID{}, 10)
	w.must(err)
	return len(behind)
}

// A chat of which a whole batch takes too long is indexed in smaller ones.
func TestSmallerBatches(t *testing.T) {
	for _, most := range []int{1, 2, 60} {
		w := newWorld(t, search.Options{})
		for i := range 70 {
			w.say(numbered(i), w.now())
		}
		indexer := search.NewIndexer(narrow{w.store, map[messenger.ID]int{w.chat: most}}, w.options, slog.New(slog.DiscardHandler))
		w.must(indexer.CatchUp(t.Context(), w.account, w.chat))
		if w.behind(w.account) != 0 {
			t.Errorf("of %d at once not all is indexed", most)
		}
	}
}

// growing is a store in which another message comes with each batch that is indexed.
type growing struct {
	search.Store

	world *world
	grown int
}

func (g *growing) ExtendIndex(ctx context.Context, extensions []search.Extension) ([]bool, error) {
	if g.grown++; g.grown > 20 {
		return nil, errors.New("this goes on for ever")
	}
	g.world.say("later", g.world.now())
	return g.Store.ExtendIndex(ctx, extensions)
}

// What is sent while an account's chats are indexed is not waited for.
func TestCatchUpEndsWhileOthersSend(t *testing.T) {
	w := newWorld(t, search.Options{})
	w.say("word", w.now())
	indexer := search.NewIndexer(&growing{Store: w.store, world: w}, w.options, slog.New(slog.DiscardHandler))
	w.must(indexer.CatchUp(t.Context(), w.account, messenger.ID{}))
	if behind := w.behind(w.account); behind != 1 {
		t.Errorf("%d chats are behind, want the one that has grown", behind)
	}
}

// rounds tells since when an Indexer looks for new messages, each time.
type rounds struct {
	search.Store

	since chan time.Time
}

func (r rounds) RecentIndexLag(ctx context.Context, from, to time.Time, limit int) ([]search.IndexLag, error) {
	select {
	case r.since <- from:
	case <-ctx.Done():
	}
	return r.Store.RecentIndexLag(ctx, from, to, limit)
}

// A chat that can't be indexed keeps its own searches from succeeding, and no other
// chat from being indexed.
func TestHopelessChat(t *testing.T) {
	w := newWorld(t, search.Options{})
	w.say("word", w.now())
	hopeless := w.chat
	for range 10 {
		w.join()
		w.say("word", w.now())
	}
	store := rounds{narrow{w.store, map[messenger.ID]int{hopeless: 0}}, make(chan time.Time)}
	indexer := search.NewIndexer(store, w.options, slog.New(slog.DiscardHandler))
	if err := indexer.CatchUp(t.Context(), w.account, hopeless); !errors.Is(err, search.ErrTooSlow) {
		t.Errorf("the error is %v, want ErrTooSlow", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- indexer.Run(ctx) }()
	first, second := <-store.since, <-store.since
	if !second.After(first) {
		t.Error("it looks for the same messages again")
	}
	if behind := w.behind(w.account); behind != 1 {
		t.Errorf("%d chats are behind, want the one that can't be indexed", behind)
	}
	cancel()
	w.must(<-done)
}

// One chat is brought up alone, and nothing is begun for who waits no more.
func TestCatchUpOfOneChat(t *testing.T) {
	w := newWorld(t, search.Options{})
	w.say("word", w.now())
	first := w.chat
	w.join()
	w.say("word", w.now())
	indexer := search.NewIndexer(w.store, w.options, slog.New(slog.DiscardHandler))
	w.must(indexer.CatchUp(t.Context(), w.account, first))
	if behind := w.behind(w.account); behind != 1 {
		t.Errorf("%d chats are behind, want the other one", behind)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := indexer.CatchUp(ended, w.account, w.chat); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want that of the context", err)
	}
}
