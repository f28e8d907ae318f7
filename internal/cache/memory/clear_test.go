package memory_test

import (
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/cache/memory"
)

func TestClear(t *testing.T) {
	var passed atomic.Int64 // atomic, because the cache calls now in the background
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
		t.Error("during the pause a value was stored, or the cache is settled")
	}
	passed.Add(int64(3 * time.Second))
	set("after")
	if !has("after") || !has("after or") || !c.Settled() {
		t.Error("after the pause a value was not stored, or the cache is not settled")
	}
}

// A value that is being stored while Clear is called is absent afterwards.
func TestClearDuringSet(t *testing.T) {
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
	t.Cleanup(func() { _ = c.Close() }) // never fails
	c.Clear(0)                          // from now on Set calls Now to check for the pause
	clearCache := func() { c.Clear(0) }
	next.Store(&clearCache)
	if err := c.Set(t.Context(), "key", []byte("old"), time.Hour); err != nil {
		t.Fatal(err)
	}
	if value, ok, err := c.Get(t.Context(), "key"); ok || err != nil {
		t.Errorf("Get = %q, %v; want it absent", value, err)
	}
}
