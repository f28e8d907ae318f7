package memory

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/cachetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, options Options) *Cache {
	t.Helper()
	c, err := Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestSuite(t *testing.T) {
	store := open(t, Options{MaxBytes: 64 << 20})
	cachetest.Run(t, func(testing.TB) cache.Cache { return store })
}

func TestInvalidSize(t *testing.T) {
	for _, size := range []int64{0, -1} {
		if c, err := Open(Options{MaxBytes: size}); err == nil {
			_ = c.Close()
			t.Errorf("a cache of %d bytes was opened", size)
		}
	}
}

func TestSettledAndCloseTwice(t *testing.T) {
	c := open(t, Options{MaxBytes: 1 << 20})
	if !c.Settled() {
		t.Error("memory is not settled")
	}
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestLifetimeByTheClock(t *testing.T) {
	var passed atomic.Int64
	now := func() time.Time { return time.Unix(1_700_000_000, passed.Load()) }
	c := open(t, Options{MaxBytes: 1 << 20, Now: now})
	ctx := t.Context()
	_ = c.Set(ctx, "set", []byte("value"), time.Minute)
	_, _ = c.GetOrSet(ctx, "get or set", []byte("value"), time.Minute)
	for _, step := range []struct {
		after   time.Duration
		present bool
	}{{0, true}, {time.Minute - time.Nanosecond, true}, {time.Nanosecond, false}} {
		passed.Add(int64(step.after))
		for _, key := range []string{"set", "get or set"} {
			if _, ok, _ := c.Get(ctx, key); ok != step.present {
				t.Errorf("%s at %v: present is %v", key, now(), ok)
			}
		}
	}
	if got, _ := c.GetOrSet(ctx, "set", []byte("new"), time.Minute); string(got) != "new" {
		t.Errorf("GetOrSet after the lifetime = %q", got)
	}
}

func TestMaxBytes(t *testing.T) {
	const bound = 256 << 10
	for _, size := range []int{0, 100, 10_000, bound / 3} {
		c := open(t, Options{MaxBytes: bound})
		count := 10 * bound / (size + entryOverhead)
		for i := range count {
			_ = c.Set(t.Context(), fmt.Sprint(size, "/", i), make([]byte, size), time.Hour)
		}
		c.entries.CleanUp()
		kept := 0
		for i := range count {
			value, _ := c.find(fmt.Sprint(size, "/", i))
			kept += len(value)
		}
		if kept > bound || size > 0 && kept < bound/4 {
			t.Errorf("values of %d bytes are kept to %d bytes in all, of %d", size, kept, bound)
		}
		if weight := c.entries.WeightedSize(); weight > bound {
			t.Errorf("values of %d bytes take %d bytes of %d", size, weight, bound)
		}
	}
}

// Of two callers who set a value at once, both get that of the first, also where the first one sets
// it between the second one's look-up and its set.
func TestGetOrSetBetweenLookupAndSet(t *testing.T) {
	c := open(t, Options{MaxBytes: 1 << 20})
	c.Clear(0) // from now on GetOrSet calls now between its look-up and its set
	now := c.now
	var first []byte
	c.now = func() time.Time {
		c.now = now
		first, _ = c.GetOrSet(t.Context(), "key", []byte("first"), time.Hour) // never fails
		return now()
	}
	second, _ := c.GetOrSet(t.Context(), "key", []byte("second"), time.Hour)
	if string(first) != "first" || string(second) != "first" {
		t.Errorf("one got %q, the other %q; want the first value for both", first, second)
	}
	if stored, _, _ := c.Get(t.Context(), "key"); string(stored) != "first" {
		t.Errorf("%q is stored", stored)
	}
}

func TestValueTooLarge(t *testing.T) {
	c, big := open(t, Options{MaxBytes: 1 << 20}), make([]byte, 1<<20)
	ctx := t.Context()
	_ = c.Set(ctx, "key", []byte("old"), time.Hour)
	_ = c.Set(ctx, "key", big, time.Hour)
	if got, ok, _ := c.Get(ctx, "key"); ok {
		t.Errorf("after setting a value that is too large there is one of %d bytes", len(got))
	}
	if got, _ := c.GetOrSet(ctx, "key", big, time.Hour); len(got) != len(big) {
		t.Errorf("GetOrSet returned %d bytes", len(got))
	}
	if _, ok, _ := c.Get(ctx, "key"); ok {
		t.Error("GetOrSet stored a value that is too large")
	}
	if got, _ := c.GetOrSet(ctx, "small", []byte("value"), time.Hour); string(got) != "value" {
		t.Errorf("GetOrSet returned %q", got)
	}
	if got, _ := c.GetOrSet(ctx, "small", big, time.Hour); string(got) != "value" {
		t.Errorf("GetOrSet of a large value returned %d bytes, not the existing value", len(got))
	}
}
