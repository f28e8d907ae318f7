package contract_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"messenger-api/internal/testkit"
)

// A request with `from` confirms the results before it. The same request returns the same page again;
// confirmed results are never returned.
func testSearchConfirmation(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	sent := r.sayAll("hello 1", "hello 2", "hello 3", "hello 4", "hello 5", "hello 6", "hello 7")
	slices.Reverse(sent)
	task := r.Succeed(looking("hello"))
	for range 3 { // without from nothing is confirmed
		wantFound(t, r.Results(task, 2, "").Messages, sent[:2]...)
		wantFound(t, r.Results(task, 100, "").Messages, sent...)
	}
	first := r.Results(task, 2, "").Next.Iterator
	for range 3 { // as after a lost answer
		wantFound(t, r.Results(task, 2, first).Messages, sent[2:4]...)
	}
	wantFound(t, r.Results(task, 1, first).Messages, sent[2])
	wantFound(t, r.Results(task, 100, "").Messages, sent[2:]...)

	second := r.Results(task, 2, first).Next.Iterator
	third := r.Results(task, 2, second).Next.Iterator
	wantFound(t, r.Results(task, 2, third).Messages, sent[6:]...)
	wantFound(t, r.Results(task, 100, "").Messages, sent[6:]...)
	last := r.Results(task, 2, third).Next.Iterator
	for range 2 {
		page := r.Results(task, 2, last)
		wantFound(t, page.Messages)
		wantFound(t, r.Results(task, 2, page.Next.Iterator).Messages)
		wantFound(t, r.Results(task, 2, "").Messages)
		wantFound(t, r.Results(task, 2, first).Messages)
	}
	if status := r.Status(task); status != "SUCCESS" {
		t.Errorf("a task whose results are received is %s", status)
	}
	// They are confirmed in this task only; another task finds them.
	wantFound(t, r.Find(looking("hello")), sent...)
}

// An iterator before the confirmed position returns results from that position on.
func testSearchOlderIterator(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	sent := r.sayAll("hello 1", "hello 2", "hello 3", "hello 4", "hello 5")
	slices.Reverse(sent)
	task := r.Succeed(looking("hello"))
	var iterators []string
	for limit := 1; limit <= 4; limit++ {
		iterators = append(iterators, r.Results(task, limit, "").Next.Iterator)
	}
	wantFound(t, r.Results(task, 1, iterators[2]).Messages, sent[3])
	for _, older := range iterators[:3] {
		wantFound(t, r.Results(task, 1, older).Messages, sent[3])
		wantFound(t, r.Results(task, 9, older).Messages, sent[3:]...)
	}
	wantFound(t, r.Results(task, 9, iterators[3]).Messages, sent[4])
}

// HEAD gives the status and headers of GET, and confirms nothing.
func testSearchHead(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	sent := r.sayAll("hello 1", "hello 2", "hello 3")
	slices.Reverse(sent)
	task := r.Succeed(looking("hello"))
	end := r.Results(task, 3, "").Next.Iterator
	path := testkit.ResultsPath(task, 3, end)
	for range 2 {
		head := r.Do(http.MethodHead, path, nil).Empty(http.StatusOK)
		if head.Header.Get("Cache-Control") != "private, no-store" || head.Header.Get("Content-Type") != "application/json" {
			t.Errorf("the headers of HEAD are %v", head.Header)
		}
		wantFound(t, r.Results(task, 9, "").Messages, sent...)
	}
	size := r.Get(path).Want(http.StatusOK).Header.Get("Content-Length")
	if head := r.Do(http.MethodHead, path, nil); head.Header.Get("Content-Length") != size {
		t.Errorf("HEAD tells %q bytes, GET %q", head.Header.Get("Content-Length"), size)
	}
	wantFound(t, r.Results(task, 9, "").Messages)
	r.Do(http.MethodHead, testkit.ResultsPath(task, 9, "x"), nil).Empty(http.StatusBadRequest)
	r.Do(http.MethodHead, testkit.ResultsPath(nobody, 9, ""), nil).Empty(http.StatusNotFound)
}

// Concurrent readers of one task all get the remaining results, and none twice.
func testSearchReadAtOnce(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	var sent []string
	for i := range 40 {
		sent = slices.Insert(sent, 0, r.Send(r.chat, r.user, fmt.Sprint("hello ", i)))
	}
	task := r.Succeed(looking("hello"))
	var seen [4][]string
	var readers sync.WaitGroup
	for i := range seen {
		readers.Go(func() {
			for from := ""; ; {
				page := r.Results(task, 3, from)
				if len(page.Messages) == 0 {
					return
				}
				seen[i], from = append(seen[i], idsOf(page.Messages)...), page.Next.Iterator
			}
		})
	}
	readers.Wait()
	together := map[string]bool{}
	for _, ids := range seen {
		at := -1
		for _, id := range ids {
			place := slices.Index(sent, id)
			if place <= at {
				t.Errorf("a reader saw %q: not newest first, or twice", ids)
				break
			}
			at = place
			together[id] = true
		}
	}
	if len(together) != len(sent) {
		t.Errorf("all readers together saw %d messages, want %d", len(together), len(sent))
	}
}
