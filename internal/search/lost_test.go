package search_test

import (
	"slices"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// Results that their store lost are found again as of the task: neither what was
// said since, nor what the task had left out as too old, nor what is confirmed.
func TestLostResultsAreFoundAgain(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	w.run()
	base := w.now().Add(-time.Hour)
	var sent []messenger.ID
	for i := range 6 {
		sent = slices.Insert(sent, 0, w.say(numbered(i), base.Add(time.Duration(i)*time.Second)))
	}
	want := sent[:4]
	task := w.succeed("numbers")

	// Beside the newest and the oldest result, and newer.
	w.say(numbered(7), base.Add(5*time.Second+time.Microsecond))
	w.say(numbered(8), w.now())
	w.say(numbered(9), base.Add(2*time.Second-time.Microsecond))
	w.succeed("numbers") // all is indexed now

	for range 2 {
		w.lose()
		if ids, _ := w.page(task, nil, 100); !slices.Equal(ids, want) {
			t.Fatalf("found again: %v, want %v", ids, want)
		}
	}
	w.lose()
	first, next := w.page(task, nil, 3)
	if !slices.Equal(first, want[:3]) {
		t.Errorf("the first page is %v, want %v", first, want[:3])
	}
	for range 2 {
		w.lose()
		if ids, _ := w.page(task, next, 3); !slices.Equal(ids, want[3:]) {
			t.Errorf("the second page is %v, want %v", ids, want[3:])
		}
	}
	w.lose()
	if ids, _ := w.page(task, nil, 100); !slices.Equal(ids, want[3:]) {
		t.Errorf("confirmed results came back: %v, want %v", ids, want[3:])
	}
}

// A task that found nothing has nothing to lose.
func TestNothingFoundStaysNothing(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	w.run()
	task := w.succeed("numbers")
	w.say(numbered(1), w.now())
	w.succeed("numbers")
	w.lose()
	if ids, _ := w.page(task, nil, 100); len(ids) != 0 {
		t.Errorf("found %v", ids)
	}
}

// A task that the queue brings twice at once, and again after its end, has one
// outcome.
func TestTaskRunsTwice(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	w.run()
	sent := w.say(numbered(1), w.now())
	for range 20 {
		task, err := w.service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
		w.must(err)
		for range 3 {
			w.must(w.queue.Publish(t.Context(), task))
		}
		status, err := w.service.Await(t.Context(), w.account, task, 30*time.Second)
		w.must(err)
		w.must(w.queue.Publish(t.Context(), task))
		if ids, _ := w.page(task, nil, 100); status != search.Success || !slices.Equal(ids, []messenger.ID{sent}) {
			t.Fatalf("%s, found %v, want %v", status, ids, sent)
		}
	}
	w.must(w.queue.Publish(t.Context(), messenger.NewID())) // of no task
	w.succeed("numbers")
}

// An attempt whose lease was lost in the middle ends nothing: what counts is the
// attempt that took the task over.
func TestLostLease(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 4})
	sent := w.say(numbered(1), w.now())
	task, err := w.service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
	w.must(err)
	past := w.now().Add(-time.Minute)
	first, taken, err := w.store.TakeTask(t.Context(), task, past, past)
	if w.must(err); !taken {
		t.Fatal("the task is not taken")
	}
	w.run()
	status, err := w.service.Await(t.Context(), w.account, task, 30*time.Second)
	if w.must(err); status != search.Success {
		t.Fatalf("the task is %s", status)
	}
	ended, err := w.store.SucceedTask(t.Context(), task, first.Attempt, search.Outcome{}, w.now())
	if w.must(err); ended {
		t.Error("the first attempt has ended the task")
	}
	w.must(w.store.ReleaseTask(t.Context(), task, first.Attempt, true))
	w.must(w.store.FailTask(t.Context(), task, w.now()))
	if ids, _ := w.page(task, nil, 100); !slices.Equal(ids, []messenger.ID{sent}) {
		t.Errorf("found %v, want %v", ids, sent)
	}
}
