package budget_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"messenger-api/internal/budget"
)

func newBudget(total, perOwner, perNetwork int64) *budget.Budget[string] {
	return budget.New[string](budget.Limits{Total: total, PerKey: [3]int64{perOwner, perNetwork}})
}

// order records the order in which owners were served.
type order struct {
	mu     sync.Mutex
	served []string
}

// want fails the test unless exactly these owners were served so far, in this order.
func (o *order) want(t *testing.T, want ...string) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if !slices.Equal(o.served, want) {
		t.Errorf("served: %q, want %q", o.served, want)
	}
}

// hold acquires units for an owner in the background and holds them for a second.
func (o *order) hold(t *testing.T, b *budget.Budget[string], group *sync.WaitGroup, units int64, keys ...string) {
	group.Go(func() {
		lease := b.Lease(keys...)
		if err := lease.Acquire(t.Context(), units); err != nil {
			t.Errorf("%s: %v", keys[0], err)
			return
		}
		o.mu.Lock()
		o.served = append(o.served, keys[0])
		o.mu.Unlock()
		time.Sleep(time.Second)
		lease.Release()
	})
	synctest.Wait()
}

// Many waiting requests of one owner don't delay another owner.
func TestWaitingRequestsDelayOnlyTheirOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(4, 2, 4)
		var o order
		var group sync.WaitGroup
		for range 10 {
			o.hold(t, b, &group, 1, "greedy", "network")
		}
		o.hold(t, b, &group, 1, "modest", "network")
		o.want(t, "greedy", "greedy", "modest")
		group.Wait()
		if held, waiting := b.Usage(); held != 0 || waiting != 0 {
			t.Errorf("%d units are held, %d wait", held, waiting)
		}
	})
}

// When everything is held, the next to be served is the owner that holds the least, and
// among equals the one that has waited longest.
func TestOwnerWithTheLeastIsNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(3, 3, 9)
		var o order
		var group sync.WaitGroup
		held := make([]budget.Lease[string], 3)
		for i := range held {
			held[i] = b.Lease("a")
			if err := held[i].Acquire(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
		}
		for _, owner := range []string{"a", "b", "b", "c"} {
			o.hold(t, b, &group, 1, owner)
		}
		for i := range held {
			held[i].Release()
			synctest.Wait()
		}
		o.want(t, "b", "c", "a")
		group.Wait()
	})
}

// The second key has a limit of its own, across all owners that share it.
func TestManyOwnersOfOneNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(9, 1, 2)
		var o order
		var group sync.WaitGroup
		for _, owner := range []string{"a", "b", "c"} {
			o.hold(t, b, &group, 1, owner, "network")
		}
		o.hold(t, b, &group, 1, "d", "another")
		o.want(t, "a", "b", "d")
		group.Wait()
	})
}

// A large request does not starve behind later small ones.
func TestLargeRequestDoesNotStarve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(4, 4, 4)
		var o order
		var group sync.WaitGroup
		o.hold(t, b, &group, 2, "a")
		o.hold(t, b, &group, 4, "large")
		o.hold(t, b, &group, 1, "b")
		group.Wait()
		o.want(t, "a", "large", "b")
	})
}

// Beyond the total, only owners that hold nothing get units of the reserve.
func TestReserveIsForOwnersThatHoldNothing(t *testing.T) {
	b := budget.New[string](budget.Limits{Total: 4, Reserve: 2, PerKey: [3]int64{3, 4}})
	for _, c := range []struct {
		owner string
		units int64
		grows bool
	}{{"a", 3, true}, {"b", 1, true}, {"b", 1, false}, {"c", 1, true}, {"c", 1, false}, {"d", 1, true}, {"e", 1, false}} {
		lease := b.Lease(c.owner)
		if grew := lease.Grow(c.units); grew != c.grows {
			t.Errorf("%d for %s: %v, want %v", c.units, c.owner, grew, c.grows)
		}
	}
}

func TestCanceledAcquireHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(1, 1, 1)
		first := b.Lease("a")
		if err := first.Acquire(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		late := b.Lease("b")
		if err := late.Acquire(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
		first.Release()
		first.Release()
		if held, waiting := b.Usage(); held != 0 || waiting != 0 {
			t.Errorf("%d units are held, %d wait", held, waiting)
		}
	})
}

func TestMaxWaitingPerOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(1, 1, 1)
		var o order
		var group sync.WaitGroup
		for range 65 {
			o.hold(t, b, &group, 1, "a")
		}
		lease := b.Lease("a")
		if err := lease.Acquire(t.Context(), 1); !errors.Is(err, budget.ErrFull) {
			t.Errorf("the error is %v", err)
		}
		group.Wait()
	})
}

func TestGrowAndShrink(t *testing.T) {
	b := newBudget(10, 6, 10)
	one, other := b.Lease("a"), b.Lease("a")
	for _, c := range []struct {
		lease *budget.Lease[string]
		units int64
		grows bool
		held  int64
	}{{&one, 4, true, 4}, {&one, 3, true, 4}, {&other, 3, false, 4}, {&other, 2, true, 6}, {&one, 7, false, 6}} {
		if grew := c.lease.Grow(c.units); grew != c.grows {
			t.Errorf("to %d: %v, want %v", c.units, grew, c.grows)
		}
		if held, _ := b.Usage(); held != c.held {
			t.Errorf("%d are held, want %d", held, c.held)
		}
	}
	one.Shrink(1)
	one.Shrink(2)
	other.Release()
	moved := one.Move()
	one.Release()
	if held, _ := b.Usage(); held != 1 {
		t.Errorf("%d are held, want 1", held)
	}
	moved.Release()
	if held, _ := b.Usage(); held != 0 {
		t.Errorf("%d are held, want 0", held)
	}
}

// Under any sequence of Grow and Shrink no limit is exceeded, and Usage is the sum of the leases.
func TestLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const maxTotal, maxOwner, maxNetwork = 10, 4, 7
		b := newBudget(maxTotal, maxOwner, maxNetwork)
		names := []string{"a", "b", "c"}
		leases := map[int]*budget.Lease[string]{}
		held := map[int]int64{}
		t.Repeat(map[string]func(*rapid.T){
			"grow": func(t *rapid.T) {
				at := rapid.IntRange(0, 5).Draw(t, "lease")
				if leases[at] == nil {
					lease := b.Lease(names[at%3], names[at%2])
					leases[at] = &lease
				}
				units := rapid.Int64Range(0, maxOwner).Draw(t, "units")
				if leases[at].Grow(units) {
					held[at] = max(held[at], units)
				}
			},
			"shrink": func(t *rapid.T) {
				at := rapid.IntRange(0, 5).Draw(t, "lease")
				if leases[at] != nil {
					units := rapid.Int64Range(0, maxOwner).Draw(t, "units")
					leases[at].Shrink(units)
					held[at] = min(held[at], units)
				}
			},
			"": func(t *rapid.T) {
				var total int64
				owners, networks := map[int]int64{}, map[int]int64{}
				for at, units := range held {
					total += units
					owners[at%3] += units
					networks[at%2] += units
				}
				if got, _ := b.Usage(); got != total || total > maxTotal {
					t.Fatalf("Usage is %d; the leases hold %d; the limit is %d", got, total, maxTotal)
				}
				for _, units := range owners {
					if units > maxOwner {
						t.Fatalf("an owner holds %d", units)
					}
				}
				for _, units := range networks {
					if units > maxNetwork {
						t.Fatalf("a network holds %d", units)
					}
				}
			},
		})
	})
}

func BenchmarkAcquire(b *testing.B) {
	shared := newBudget(1<<30, 1<<20, 1<<30)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			lease := shared.Lease("account", "network")
			if err := lease.Acquire(context.Background(), 1000); err != nil {
				b.Error(err)
			}
			lease.Release()
		}
	})
}
