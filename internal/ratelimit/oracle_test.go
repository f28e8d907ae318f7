package ratelimit

import (
	"context"
	"testing"
	"time"

	"github.com/throttled/throttled/v2"
	"pgregory.net/rapid"
)

// oracle is the GCRA limiter of throttled/throttled for one key, with the test's
// clock. Unlike that project's stores it limits the stored time to one period ahead,
// as Memory does for a clock that was set back.
type oracle struct {
	limiter *throttled.GCRARateLimiterCtx
	now     time.Time
	period  time.Duration
	tat     int64
	known   bool
}

func newOracle(t *rapid.T, events int, period time.Duration, start time.Time) *oracle {
	o := &oracle{period: period, now: start}
	quota := throttled.RateQuota{MaxRate: throttled.PerDuration(events, period), MaxBurst: events - 1}
	limiter, err := throttled.NewGCRARateLimiterCtx(o, quota)
	if err != nil {
		t.Fatal(err)
	}
	o.limiter = limiter
	return o
}

// GetWithTime implements throttled.GCRAStoreCtx.
func (o *oracle) GetWithTime(context.Context, string) (int64, time.Time, error) {
	if !o.known {
		return -1, o.now, nil
	}
	return min(o.tat, o.now.Add(o.period).UnixNano()), o.now, nil
}

// SetIfNotExistsWithTTL implements throttled.GCRAStoreCtx.
func (o *oracle) SetIfNotExistsWithTTL(_ context.Context, _ string, value int64, _ time.Duration) (bool, error) {
	o.tat, o.known = value, true
	return true, nil
}

// CompareAndSwapWithTTL implements throttled.GCRAStoreCtx.
func (o *oracle) CompareAndSwapWithTTL(_ context.Context, _ string, _, value int64, _ time.Duration) (bool, error) {
	o.tat = value
	return true, nil
}

// take returns whether an event is allowed and how long to wait for it otherwise. It counts
// the event only if count is true.
func (o *oracle) take(t *rapid.T, count bool) (wait time.Duration, ok bool) {
	before, known := o.tat, o.known
	limited, result, err := o.limiter.RateLimitCtx(context.Background(), "key", 1)
	if err != nil {
		t.Fatal(err)
	}
	if !count {
		o.tat, o.known = before, known
	}
	return max(0, result.RetryAfter), !limited
}

// Memory decides as throttled/throttled does, for any rate and for a clock that moves
// forward or back.
func TestAgainstThrottled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		period := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 10 * time.Millisecond}).Draw(t, "period")
		events := rapid.SampledFrom([]int{1, 2, 5, 10, 100, 10_000}).Draw(t, "events") // they divide the periods
		now := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
		limiter := NewMemory(Rate{events, period}, func() time.Time { return now })
		model := newOracle(t, events, period, now)
		key := AccountKey([16]byte{1})
		t.Repeat(map[string]func(*rapid.T){
			"take": func(t *rapid.T) {
				for range rapid.IntRange(1, 2*min(events, 50)).Draw(t, "times") {
					wait, ok := take(limiter, key)
					if wantWait, want := model.take(t, true); ok != want || wait != wantWait {
						t.Fatalf("Take: %v, %v; want %v, %v", wait, ok, wantWait, want)
					}
				}
			},
			"wait": func(t *rapid.T) {
				want, _ := model.take(t, false)
				if wait := limiter.Wait(context.Background(), key); wait != want {
					t.Fatalf("Wait: %v, want %v", wait, want)
				}
			},
			"return": func(t *rapid.T) {
				limiter.Return(context.Background(), key)
				model.tat -= int64(period) / int64(events)
			},
			"step": func(t *rapid.T) {
				steps := rapid.OneOf(
					rapid.Int64Range(0, 2*int64(period)/int64(events)), rapid.Int64Range(-3*int64(period), 3*int64(period)),
					rapid.Int64Range(-int64(24*time.Hour), int64(24*time.Hour)),
				)
				now = now.Add(time.Duration(steps.Draw(t, "nanoseconds")))
				model.now = now
			},
			"": func(t *rapid.T) {
				// Whatever the clock did, the wait is at most the interval of one event.
				if wait := limiter.Wait(context.Background(), key); wait < 0 || wait > period/time.Duration(events) {
					t.Fatalf("Wait: %v", wait)
				}
			},
		})
	})
}
