package gather

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// waited is a group whose arrivals wait to be let go.
func waited(release chan struct{}) *Group[string, string] {
	return NewGroup(func(requests []string) []string { return requests },
		func(requests, answers []string) {
			if requests[0] != answers[0] {
				panic("the answers of another trip")
			}
			if requests[0] == "panics" {
				panic("as it should")
			}
			<-release
		}, Limit[string]{Rows: 9, Waiting: 9})
}

// Answers wait for the arrival of their trip, and the next trip does not.
func TestAnswersWaitForTheArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		group := waited(release)
		var calls sync.WaitGroup
		answered := 0
		var mu sync.Mutex
		for _, request := range []string{"first", "second"} {
			calls.Go(func() {
				answer, err := group.Do(t.Context(), request)
				if answer != request || err != nil {
					t.Errorf("%q was answered %q, %v", request, answer, err)
				}
				mu.Lock()
				defer mu.Unlock()
				answered++
			})
			synctest.Wait()
			if len(group.underway) > 0 {
				t.Errorf("the trip of %q is held up by an arrival", request)
			}
		}
		if answered > 0 {
			t.Errorf("%d answers did not wait", answered)
		}
		release <- struct{}{}
		synctest.Wait()
		if answered != 1 {
			t.Errorf("%d answers after one arrival", answered)
		}
		close(release)
		calls.Wait()
	})
}

func TestPanicAtTheArrival(t *testing.T) {
	release := make(chan struct{})
	close(release)
	group := waited(release)
	if answer, err := group.Do(t.Context(), "panics"); answer != "" || err == nil || !strings.Contains(err.Error(), "as it should") {
		t.Errorf("the answer is %q, %v", answer, err)
	}
	if answer, err := group.Do(t.Context(), "next"); answer != "next" || err != nil {
		t.Errorf("the next answer is %q, %v", answer, err)
	}
}

// A caller who left leaves its channel with its answer: nobody else gets that.
func TestLeftAnswersAreNobodyElses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(Limit[string]{Rows: 1, Waiting: 9})
		var calls sync.WaitGroup
		l.ask(t, &calls, "under way")
		ctx, leave := context.WithCancel(t.Context())
		calls.Go(func() {
			if _, err := l.Do(ctx, "gone"); err == nil {
				t.Error("the caller who left was answered")
			}
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		l.ask(t, &calls, "a", "b", "c")
		close(l.depart)
		calls.Wait()
	})
}
