package batcher

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// waited is a batcher whose AfterFlush waits to be released.
func waited(release chan struct{}) *Batcher[string, string] {
	return New(func(requests []string) []string { return requests },
		func(requests, answers []string) {
			if requests[0] != answers[0] {
				panic("the answers of another flush")
			}
			if requests[0] == "panics" {
				panic("as it should")
			}
			<-release
		}, Limits[string]{Rows: 9, Waiting: 9})
}

// Answers wait for the AfterFlush of their batch, and the next flush does not.
func TestAnswersWaitForAfterFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		b := waited(release)
		var calls sync.WaitGroup
		answered := 0
		var mu sync.Mutex
		for _, request := range []string{"first", "second"} {
			calls.Go(func() {
				answer, err := b.Do(t.Context(), request)
				if answer != request || err != nil {
					t.Errorf("%q was answered %q, %v", request, answer, err)
				}
				mu.Lock()
				defer mu.Unlock()
				answered++
			})
			synctest.Wait()
			if len(b.inFlight) > 0 {
				t.Errorf("the flush of %q is held up by AfterFlush", request)
			}
		}
		if answered > 0 {
			t.Errorf("%d answers did not wait", answered)
		}
		release <- struct{}{}
		synctest.Wait()
		if answered != 1 {
			t.Errorf("%d answers after one AfterFlush", answered)
		}
		close(release)
		calls.Wait()
	})
}

func TestPanicInAfterFlush(t *testing.T) {
	release := make(chan struct{})
	close(release)
	b := waited(release)
	if answer, err := b.Do(t.Context(), "panics"); answer != "" || err == nil || !strings.Contains(err.Error(), "as it should") {
		t.Errorf("the answer is %q, %v", answer, err)
	}
	if answer, err := b.Do(t.Context(), "next"); answer != "next" || err != nil {
		t.Errorf("the next answer is %q, %v", answer, err)
	}
}

// A caller who left leaves its channel with its answer: nobody else gets that.
func TestLeftAnswersAreNobodyElses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newGated(Limits[string]{Rows: 1, Waiting: 9})
		var calls sync.WaitGroup
		l.ask(t, &calls, "in flight")
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
		close(l.gate)
		calls.Wait()
	})
}
