package search_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// veiled is a store that hides messages, as when they were deleted, and counts how
// often it is asked.
type veiled struct {
	search.Store

	hides map[messenger.ID]bool
	asked *atomic.Int64
}

func (v veiled) LoadHits(
	ctx context.Context, account messenger.ID, results []search.Result, most, bytesMost int,
) ([]search.Hit, error) {
	v.asked.Add(1)
	seen := slices.DeleteFunc(slices.Clone(results), func(r search.Result) bool { return v.hides[r.SortKey.MessageID] })
	return v.Store.LoadHits(ctx, account, seen, most, bytesMost)
}

// What can't be seen any more is passed over in long strides, and nothing else is.
func TestPassedOver(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 1000})
	w.run()
	store := veiled{w.store, map[messenger.ID]bool{}, &atomic.Int64{}}
	base := w.now().Add(-time.Hour)
	var want []messenger.ID
	for i := range 600 {
		id := w.say("number", base.Add(time.Duration(i)*time.Second))
		if i < 20 || i%150 == 0 || i > 590 && i%2 == 0 {
			want = slices.Insert(want, 0, id)
		} else {
			store.hides[id] = true
		}
	}
	task := w.succeed("numbers")
	w.service = search.NewService(store, search.NewCachedResults(w.cache, w.options.ResultTTL), w.queue, w.options, slog.New(slog.DiscardHandler))
	for _, limit := range []int{1, 2, 3, 7, 100} {
		store.asked.Store(0)
		var got []messenger.ID
		var from *search.Cursor
		pages := 0
		for {
			page, err := w.service.Page(t.Context(), w.account, task, from, limit, 1<<30, false)
			w.must(err)
			if len(page.Hits) == 0 {
				break
			}
			if len(page.Hits) < limit && len(got)+len(page.Hits) < len(want) || len(page.Hits) > limit {
				t.Fatalf("a page of %d has %d results", limit, len(page.Hits))
			}
			for _, found := range page.Hits {
				got = append(got, found.SortKey.MessageID)
			}
			from = &page.Next
			pages++
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d have %d results, want %d", limit, len(got), len(want))
		}
		// Four gaps of 150, and what is left at the end.
		if asked := int(store.asked.Load()); asked > 3*pages+40 {
			t.Errorf("%d pages of %d asked %d times", pages, limit, asked)
		}
	}
}

// A task that has ended is gone after its time, whether it was deleted by then or not.
func TestTaskEndsWithItsTime(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	w.run()
	w.say(numbered(1), w.now())
	task := w.succeed("numbers")
	for ahead, want := range map[time.Duration]error{0: nil, 2 * w.options.ResultTTL: errs.ErrTaskNotFound} {
		options := w.options
		options.Clock = func() time.Time { return time.Now().Add(ahead) }
		service := search.NewService(w.store, search.NewCachedResults(w.cache, time.Hour), w.queue, options, slog.New(slog.DiscardHandler))
		_, stateErr := service.State(t.Context(), w.account, task)
		_, pageErr := service.Page(t.Context(), w.account, task, nil, 10, 1<<30, false)
		if !errors.Is(stateErr, want) || !errors.Is(pageErr, want) {
			t.Errorf("after %v the errors are %v and %v, want %v", ahead, stateErr, pageErr, want)
		}
	}
}
