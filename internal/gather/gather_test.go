package gather

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

// line is a group whose trips wait to be let go, and which remembers them.
type line struct {
	*Group[string, string]

	depart chan struct{}
	mu     sync.Mutex
	trips  [][]string
}

// newLine makes a group that answers in upper case.
func newLine(limit Limit[string]) *line {
	l := &line{depart: make(chan struct{})}
	l.Group = NewGroup(func(requests []string) []string {
		<-l.depart
		l.mu.Lock()
		l.trips = append(l.trips, requests)
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
func (l *line) ask(t *testing.T, calls *sync.WaitGroup, requests ...string) {
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

func TestTrips(t *testing.T) {
	wide := Limit[string]{Rows: 100, Waiting: 100}
	bytes := Limit[string]{Rows: 100, Bytes: 5, Size: func(s string) int { return len(s) }, Waiting: 100, WaitingBytes: 100}
	two := Limit[string]{Rows: 2, Waiting: 100}
	both := Limit[string]{Rows: 2, Bytes: 5, Size: bytes.Size, Waiting: 100, WaitingBytes: 100}
	for name, test := range map[string]struct {
		limit Limit[string]
		// requests and the trips they make; spaces part the requests of a trip.
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
				l := newLine(test.limit)
				var calls sync.WaitGroup
				l.ask(t, &calls, test.requests...)
				close(l.depart)
				calls.Wait()
				var trips []string
				for _, trip := range l.trips {
					trips = append(trips, strings.Join(trip, " "))
				}
				if !slices.Equal(trips, test.want) {
					t.Errorf("the trips were %q, want %q", trips, test.want)
				}
			})
		})
	}
}

// The bubble ends only when the group has let go of its goroutine.
func TestGroupRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(Limit[string]{Rows: 9, Waiting: 9})
		close(l.depart)
		for range 3 {
			var calls sync.WaitGroup
			l.ask(t, &calls, "a")
			calls.Wait()
			synctest.Wait()
			if len(l.underway) > 0 || l.waiting != nil {
				t.Error("the group is not at rest")
			}
		}
		if len(l.trips) != 3 {
			t.Errorf("%d trips", len(l.trips))
		}
	})
}

func TestTooManyWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(Limit[string]{Rows: 9, Waiting: 2})
		var calls sync.WaitGroup
		l.ask(t, &calls, "under way", "waits", "waits too")
		if _, err := l.Do(t.Context(), "one too many"); !errors.Is(err, ErrFull) {
			t.Errorf("the error is %v", err)
		}
		l.depart <- struct{}{}
		synctest.Wait()
		// The two are under way now, so there is room again.
		l.ask(t, &calls, "waits")
		close(l.depart)
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
		"at its deadline, under way":  {0, withDeadline, context.DeadlineExceeded},
		"at its deadline, waiting":    {1, withDeadline, context.DeadlineExceeded},
		"without a deadline, waiting": {1, context.WithCancel, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine(Limit[string]{Rows: 9, Waiting: 9})
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
				close(l.depart)
				calls.Wait()
				synctest.Wait()
				if carried := slices.Concat(l.trips...); !slices.Contains(carried, "gone") {
					t.Errorf("carried were %v", carried)
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

// Beside a trip another one leaves when enough calls wait, and not a third.
// Who comes when its time is over is not carried: nobody would learn of it.
func TestCallerComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(Limit[string]{Rows: 9, Waiting: 9})
		close(l.depart)
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
		if carried := slices.Concat(l.trips...); slices.Contains(carried, "late") {
			t.Errorf("carried were %v", carried)
		}
	})
}

func TestOverlappingTrips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(Limit[string]{Rows: 9, Waiting: 99, Underway: 2, Crowd: 3})
		var calls sync.WaitGroup
		for _, c := range []struct {
			ask      string
			underway int
			waiting  int
		}{{"a", 1, 0}, {"b", 1, 1}, {"c", 1, 2}, {"d", 2, 0}, {"e", 2, 1}, {"f", 2, 2}, {"g", 2, 3}, {"h", 2, 4}} {
			l.ask(t, &calls, c.ask)
			if len(l.underway) != c.underway || len(l.waiting) != c.waiting {
				t.Errorf("after %s %d trips are under way and %d calls wait, want %d and %d",
					c.ask, len(l.underway), len(l.waiting), c.underway, c.waiting)
			}
		}
		time.Sleep(time.Minute)
		if underway, waiting := l.Busy(time.Now()); underway != time.Minute || waiting != 4 {
			t.Errorf("a trip is under way for %s, %d calls wait", underway, waiting)
		}
		// The one that is back leaves again, with all that wait.
		l.depart <- struct{}{}
		synctest.Wait()
		l.ask(t, &calls, "i", "j")
		// Two wait, which are not enough beside the other trip, but for the last one.
		l.depart <- struct{}{}
		synctest.Wait()
		if len(l.underway) != 1 || len(l.waiting) != 2 {
			t.Errorf("%d trips are under way, %d calls wait, want 1 and 2", len(l.underway), len(l.waiting))
		}
		close(l.depart)
		calls.Wait()
		synctest.Wait()
		if len(l.underway) > 0 || l.waiting != nil {
			t.Error("the group is not at rest")
		}
		sizes := map[int]int{}
		for _, trip := range l.trips {
			sizes[len(trip)]++
		}
		if want := map[int]int{1: 1, 3: 1, 4: 1, 2: 1}; !maps.Equal(sizes, want) {
			t.Errorf("the trips were %v", l.trips)
		}
	})
}

func TestManyCallers(t *testing.T) {
	var underWay atomic.Int64
	group := NewGroup(func(requests []int) []int {
		if underWay.Add(1) > 1 {
			t.Error("two trips at once")
		}
		defer underWay.Add(-1)
		answers := make([]int, len(requests))
		for i, request := range requests {
			answers[i] = -request
		}
		return answers
	}, nil, Limit[int]{Rows: 7, Waiting: 1000})
	var callers sync.WaitGroup
	for caller := range 16 {
		callers.Go(func() {
			for i := range 500 {
				request := caller*1000 + i
				if answer, err := group.Do(t.Context(), request); answer != -request || err != nil {
					t.Errorf("%d was answered %d, %v", request, answer, err)
				}
			}
		})
	}
	callers.Wait()
}

// What waits is bounded in bytes, too; one alone always has room.
func TestFullOfBytes(t *testing.T) {
	group := NewGroup(func(requests []string) []string { return requests }, nil,
		Limit[string]{Rows: 9, Bytes: 9, Size: func(s string) int { return len(s) }, Waiting: 9, WaitingBytes: 4})
	group.leave() // nobody takes what waits
	for _, c := range []struct {
		request string
		joins   bool
	}{{"alone and long", true}, {"x", false}} {
		if joined := group.join(call[string, string]{request: c.request}); joined != c.joins {
			t.Errorf("%q joined: %v, want %v", c.request, joined, c.joins)
		}
	}
	if calls := group.board(); len(calls) != 1 || group.waitingBytes != 0 {
		t.Errorf("%d calls were taken, %d bytes are left", len(calls), group.waitingBytes)
	}
	for i, joins := range []bool{true, true, false} {
		if joined := group.join(call[string, string]{request: "xx"}); joined != joins {
			t.Errorf("call %d joined: %v, want %v", i, joined, joins)
		}
	}
}
