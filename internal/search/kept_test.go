package search_test

import (
	"slices"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// sayMany gives the ids of so many messages that are found by "numbers", the newest first.
func (w *world) sayMany(count int) (sent []messenger.ID) {
	base := w.now().Add(-time.Hour)
	for i := range count {
		sent = slices.Insert(sent, 0, w.say(numbered(i), base.Add(time.Duration(i)*time.Second)))
	}
	return sent
}

// Results that were lost are found again for a HEAD too, which confirms nothing:
// what comes before its place is still there to be read.
func TestLookingAheadAfterALossConfirmsNothing(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 10})
	w.run()
	sent := w.sayMany(6)
	task := w.succeed("numbers")
	_, next := w.page(task, nil, 3)
	w.lose()
	if _, err := w.service.Page(t.Context(), w.account, task, next, 3, 1<<30, false); err != nil {
		t.Fatal(err)
	}
	if again, _ := w.page(task, nil, 3); !slices.Equal(again, sent[:3]) {
		t.Errorf("the first page is %v after a HEAD of the second one, want %v", again, sent[:3])
	}
}

// A search that has found as many as are kept goes on until it knows whether there is one more, here
// one that the first step is too short for.
func TestLeftOutResultIsReported(t *testing.T) {
	const kept, between = 4, 200
	for _, older := range []int{0, 1} {
		w := newWorld(t, search.Options{MaxResults: kept})
		w.run()
		base := w.now().Add(-time.Hour)
		for i := range older + between + kept {
			text := "else"
			if i < older || i >= older+between {
				text = numbered(i)
			}
			w.say(text, base.Add(time.Duration(i)*time.Second))
		}
		task, err := w.store.Task(t.Context(), w.succeed("numbers"))
		w.must(err)
		if task.More != (older > 0) {
			t.Errorf("%d matches older than the %d that are kept: more is %v", older, kept, task.More)
		}
	}
}

// An attempt may run again when the answer to its success is lost, and finds more
// then. What was first written as the task's newest result stays that.
func TestNothingNewerThanTheNewestResult(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 10})
	w.run()
	sent := w.sayMany(2)
	task := w.succeed("numbers")
	done, err := w.store.Task(t.Context(), task)
	w.must(err)
	newer := w.say(numbered(3), w.now())
	w.succeed("numbers")
	results := search.NewCachedResults(w.cache, time.Hour)
	kept, err := results.ResultsAfter(t.Context(), task, done.Attempt, search.BeforeAll(), 10)
	w.must(err)
	more := search.Result{SortKey: search.SortKey{CreatedAt: w.now().UnixMicro(), MessageID: newer}, ChatID: w.chat, Seq: 3}
	w.must(results.PutResults(t.Context(), task, done.Attempt, slices.Insert(kept, 0, more), time.Hour))
	if ids, _ := w.page(task, nil, 10); !slices.Equal(ids, sent) {
		t.Errorf("the page is %v, want %v", ids, sent)
	}
}
