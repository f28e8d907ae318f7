package memory_test

import (
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/cache/memory"
)

func TestForget(t *testing.T) {
	var passed atomic.Int64 // the cache also asks in the background
	now := func() time.Time { return time.Unix(1_700_000_000, passed.Load()) }
	c, err := memory.Open(memory.Options{MaxBytes: 1 << 20, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	has := func(key string) bool {
		_, ok, err := c.Get(t.Context(), key)
		return ok && err == nil
	}
	set := func(key string) {
		if err := c.Set(t.Context(), key, []byte("value"), time.Hour); err != nil {
			t.Fatal(err)
		}
		if _, err := c.GetOrSet(t.Context(), key+" or", []byte("value"), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	set("before")
	c.Clear(3 * time.Second)
	set("in the pause")
	if has("before") || has("in the pause") || has("in the pause or") || c.Settled() {
		t.Error("want nothing to be kept, and the cache not to be settled, in the pause")
	}
	passed.Add(int64(3 * time.Second))
	set("after")
	if !has("after") || !has("after or") || !c.Settled() {
		t.Error("want the cache to keep again after the pause")
	}
}

// What was about to be kept when the cache forgot is forgotten, too.
func TestForgetInTheMiddle(t *testing.T) {
	var next atomic.Pointer[func()]
	c, err := memory.Open(memory.Options{MaxBytes: 1 << 20, Now: func() time.Time {
		if what := next.Swap(nil); what != nil {
			(*what)()
		}
		return time.Unix(1_700_000_000, 0)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // it never fails
	c.Clear(0)                          // from then on Set asks the clock whether the cache is paused
	forget := func() { c.Clear(0) }
	next.Store(&forget)
	if err := c.Set(t.Context(), "key", []byte("old"), time.Hour); err != nil {
		t.Fatal(err)
	}
	if value, ok, err := c.Get(t.Context(), "key"); ok || err != nil {
		t.Errorf("%q is back, %v", value, err)
	}
}
