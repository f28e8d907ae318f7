package batcher

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// gated is a batcher whose flushes wait at a gate, and which remembers them.
type gated struct {
	*Batcher[string, string]

	gate    chan struct{}
	mu      sync.Mutex
	flushed [][]string
}

// newGated makes a batcher that answers in upper case.
func newGated(limit Limits[string]) *gated {
	l := &gated{gate: make(chan struct{})}
	l.Batcher = New(func(requests []string) []string {
		<-l.gate
		l.mu.Lock()
		l.flushed = append(l.flushed, requests)
		l.mu.Unlock()
		answers := make([]string, len(requests))
		for i, request := range requests {
			answers[i] = strings.ToUpper(request)
		}
		return answers
	}, nil, limit)
	return l
}

// ask makes the calls in this order and returns when all wait for their answers.
func (l *gated) ask(t *testing.T, calls *sync.WaitGroup, requests ...string) {
	for _, request := range requests {
		calls.Go(func() {
			answer, err := l.Do(t.Context(), request)
			if want := strings.ToUpper(request); answer != want || err != nil {
				t.Errorf("%q was answered %q, %v", request, answer, err)
			}
		})
		synctest.Wait()
	}
}

func (l *gated) want(t *testing.T, inFlight, waiting int) {
	t.Helper()
	l.Batcher.mu.Lock()
	defer l.Batcher.mu.Unlock()
	if len(l.inFlight) != inFlight || len(l.waiting) != waiting {
		t.Errorf("%d flushes are in flight, %d calls wait, want %d and %d", len(l.inFlight), len(l.waiting), inFlight, waiting)
	}
}

func TestBatches(t *testing.T) {
	wide := Limits[string]{Rows: 100, Waiting: 100}
	bytes := Limits[string]{Rows: 100, Bytes: 5, Size: func(s string) int { return len(s) }, Waiting: 100, WaitingBytes: 100}
	two := Limits[string]{Rows: 2, Waiting: 100}
	both := Limits[string]{Rows: 2, Bytes: 5, Size: bytes.Size, Waiting: 100, WaitingBytes: 100}
	for name, test := range map[string]struct {
		limit Limits[string]
		// requests and the batches that they make; spaces part the requests of a batch.
		requests, want []string
	}{
		"a lone call goes alone":          {wide, []string{"a"}, []string{"a"}},
		"the next ones go together":       {wide, []string{"a", "b", "c", "d"}, []string{"a", "b c d"}},
		"as many as there are rows":       {two, []string{"a", "b", "c", "d"}, []string{"a", "b c", "d"}},
		"as many as the bytes":            {bytes, []string{"a", "bb", "ccc", "d", "ee"}, []string{"a", "bb ccc", "d ee"}},
		"over the bytes, alone":           {bytes, []string{"a", "b", "cccccc", "dddddd", "e"}, []string{"a", "b", "cccccc", "dddddd", "e"}},
		"a long one first":                {bytes, []string{"aaaaaa", "b"}, []string{"aaaaaa", "b"}},
		"rows count beside the bytes too": {both, []string{"a", "b", "c", "d"}, []string{"a", "b c", "d"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newGated(test.limit)
				var calls sync.WaitGroup
				l.ask(t, &calls, test.requests...)
				close(l.gate)
				calls.Wait()
				var batches []string
				for _, one := range l.flushed {
					batches = append(batches, strings.Join(one, " "))
				}
				if !slices.Equal(batches, test.want) {
					t.Errorf("the batches were %q, want %q", batches, test.want)
				}
			})
		})
	}
}

// The bubble ends only when the batcher has let go of its goroutine.
func TestBatcherRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newGated(Limits[string]{Rows: 9, Waiting: 9})
		close(l.gate)
		for range 3 {
			var calls sync.WaitGroup
			l.ask(t, &calls, "a")
			calls.Wait()
			synctest.Wait()
			if len(l.inFlight) > 0 || l.waiting != nil {
				t.Error("the batcher is not at rest")
			}
		}
		if len(l.flushed) != 3 {
			t.Errorf("%d batches", len(l.flushed))
		}
	})
}

func TestTooManyWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newGated(Limits[string]{Rows: 9, Waiting: 2})
		var calls sync.WaitGroup
		l.ask(t, &calls, "in flight", "waits", "waits too")
		if _, err := l.Do(t.Context(), "one too many"); !errors.Is(err, ErrFull) {
			t.Errorf("the error is %v", err)
		}
		l.gate <- struct{}{}
		synctest.Wait()
		// The two are in flight now, so there is room again.
		l.ask(t, &calls, "waits")
		close(l.gate)
		calls.Wait()
	})
}

// A caller is let go at its deadline, one without a deadline when its context ends.
func TestCallerLeaves(t *testing.T) {
	withDeadline := func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, time.Second)
	}
	for name, c := range map[string]struct {
		place int
		ctx   func(context.Context) (context.Context, context.CancelFunc)
		want  error
	}{
		"at its deadline, in flight":  {0, withDeadline, context.DeadlineExceeded},
		"at its deadline, waiting":    {1, withDeadline, context.DeadlineExceeded},
		"without a deadline, waiting": {1, context.WithCancel, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newGated(Limits[string]{Rows: 9, Waiting: 9})
				ctx, leave := c.ctx(t.Context())
				defer leave()
				var calls sync.WaitGroup
				l.ask(t, &calls, []string{"before"}[:c.place]...)
				calls.Go(func() {
					if answer, err := l.Do(ctx, "gone"); answer != "" || !errors.Is(err, c.want) {
						t.Errorf("the answer is %q, %v", answer, err)
					}
				})
				synctest.Wait()
				l.ask(t, &calls, "after")
				if _, bounded := ctx.Deadline(); bounded {
					time.Sleep(time.Second)
				} else {
					leave()
				}
				synctest.Wait()
				close(l.gate)
				calls.Wait()
				synctest.Wait()
				if flushed := slices.Concat(l.flushed...); !slices.Contains(flushed, "gone") {
					t.Errorf("flushed were %v", flushed)
				}
				for range 3 {
					// Nobody gets the answer of the one who is gone.
					l.ask(t, &calls, "later")
					calls.Wait()
				}
			})
		})
	}
}

// Who comes when its time is over is not flushed: nobody would learn of it.
func TestCallerComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newGated(Limits[string]{Rows: 9, Waiting: 9})
		close(l.gate)
		late, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		time.Sleep(time.Minute)
		if answer, err := l.Do(late, "late"); answer != "" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the answer is %q, %v", answer, err)
		}
		var calls sync.WaitGroup
		l.ask(t, &calls, "in time")
		calls.Wait()
		synctest.Wait()
		if flushed := slices.Concat(l.flushed...); slices.Contains(flushed, "late") {
			t.Errorf("flushed were %v", flushed)
		}
	})
}

// A second flush runs beside the first when enough calls wait, and not a third.
func TestFlushesBesideEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newGated(Limits[string]{Rows: 9, Waiting: 99, InFlight: 2, Enough: 3})
		var calls sync.WaitGroup
		for _, c := range []struct {
			ask      string
			inFlight int
			waiting  int
		}{{"a", 1, 0}, {"b", 1, 1}, {"c", 1, 2}, {"d", 2, 0}, {"e", 2, 1}, {"f", 2, 2}, {"g", 2, 3}, {"h", 2, 4}} {
			l.ask(t, &calls, c.ask)
			if len(l.inFlight) != c.inFlight || len(l.waiting) != c.waiting {
				t.Errorf("after %s %d flushes are in flight and %d calls wait, want %d and %d",
					c.ask, len(l.inFlight), len(l.waiting), c.inFlight, c.waiting)
			}
		}
		// The one that is over is followed again, with all that wait.
		l.gate <- struct{}{}
		synctest.Wait()
		l.ask(t, &calls, "i", "j")
		// Two wait, which are not enough beside the other flush, but for the last one.
		l.gate <- struct{}{}
		synctest.Wait()
		if len(l.inFlight) != 1 || len(l.waiting) != 2 {
			t.Errorf("%d flushes are in flight, %d calls wait, want 1 and 2", len(l.inFlight), len(l.waiting))
		}
		close(l.gate)
		calls.Wait()
		synctest.Wait()
		if len(l.inFlight) > 0 || l.waiting != nil {
			t.Error("the batcher is not at rest")
		}
		sizes := map[int]int{}
		for _, one := range l.flushed {
			sizes[len(one)]++
		}
		if want := map[int]int{1: 1, 3: 1, 4: 1, 2: 1}; !maps.Equal(sizes, want) {
			t.Errorf("the batches were %v", l.flushed)
		}
	})
}

func TestManyCallers(t *testing.T) {
	var underWay atomic.Int64
	b := New(func(requests []int) []int {
		if underWay.Add(1) > 1 {
			t.Error("two flushes at once")
		}
		defer underWay.Add(-1)
		answers := make([]int, len(requests))
		for i, request := range requests {
			answers[i] = -request
		}
		return answers
	}, nil, Limits[int]{Rows: 7, Waiting: 1000})
	var callers sync.WaitGroup
	for caller := range 16 {
		callers.Go(func() {
			for i := range 500 {
				request := caller*1000 + i
				if answer, err := b.Do(t.Context(), request); answer != -request || err != nil {
					t.Errorf("%d was answered %d, %v", request, answer, err)
				}
			}
		})
	}
	callers.Wait()
}

// What waits is bounded in bytes, too; one alone always has room.
func TestFullOfBytes(t *testing.T) {
	b := New(func(requests []string) []string { return requests }, nil,
		Limits[string]{Rows: 9, Bytes: 9, Size: func(s string) int { return len(s) }, Waiting: 9, WaitingBytes: 4})
	b.inFlight = append(b.inFlight, time.Now()) // nobody takes what waits
	for _, c := range []struct {
		request string
		adds    bool
	}{{"alone and long", true}, {"x", false}} {
		if added := b.add(call[string, string]{request: c.request}); added != c.adds {
			t.Errorf("%q added: %v, want %v", c.request, added, c.adds)
		}
	}
	if calls := b.nextBatch(); len(calls) != 1 || b.waitingBytes != 0 {
		t.Errorf("%d calls were taken, %d bytes are left", len(calls), b.waitingBytes)
	}
	for i, adds := range []bool{true, true, false} {
		if added := b.add(call[string, string]{request: "xx"}); added != adds {
			t.Errorf("call %d added: %v, want %v", i, added, adds)
		}
	}
}

// What waits for a flush that is stuck is flushed beside it, also where nobody calls any more.
func TestStuckFlushHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newGated(Limits[string]{Rows: 9, Waiting: 99, InFlight: 2, StuckAfter: time.Second})
		var calls sync.WaitGroup
		l.ask(t, &calls, "stuck", "waits", "waits too")
		l.want(t, 1, 2)
		time.Sleep(time.Second)
		synctest.Wait()
		l.want(t, 2, 0)
		l.ask(t, &calls, "one too many")
		time.Sleep(time.Second)
		synctest.Wait()
		l.want(t, 2, 1)
		close(l.gate)
		calls.Wait()
	})
}
