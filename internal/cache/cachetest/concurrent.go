package cachetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/testkit/await"
)

// callers is the number of concurrent callers.
const callers = 64

// concurrently calls f in many goroutines, numbered from 0, and waits for all.
func concurrently(f func(caller int)) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for caller := range callers {
		all.Go(func() {
			<-begin
			f(caller)
		})
	}
	close(begin)
	all.Wait()
}

func testGetOrSet(t *testing.T, open opener) {
	c, key := open(t), newKey()
	for _, value := range []string{"first", "second"} {
		got, err := c.GetOrSet(t.Context(), key, []byte(value), time.Minute)
		if err != nil || string(got) != "first" {
			t.Fatalf("GetOrSet of %q = %q, %v; want the first value", value, got, err)
		}
	}
	want(t, c, key, []byte("first"))

	check(t, c.Set(t.Context(), key, nil, time.Minute))
	if got, err := c.GetOrSet(t.Context(), key, []byte("third"), time.Minute); err != nil || got == nil || len(got) != 0 {
		t.Errorf("GetOrSet over an empty value = %q, %v; want the empty value", got, err)
	}
}

func testGetOrSetAgain(t *testing.T, open opener) {
	c, key := open(t), newKey()
	_, err := c.GetOrSet(t.Context(), key, []byte("old"), 50*time.Millisecond)
	check(t, err)
	await.Until(t, "a new value after the lifetime of the old one", func() bool {
		got, err := c.GetOrSet(t.Context(), key, []byte("new"), time.Minute)
		check(t, err)
		return string(got) == "new"
	})
	want(t, c, key, []byte("new"))
}

func testGetOrSetAtOnce(t *testing.T, open opener) {
	clients := []cache.Cache{open(t), open(t)}
	for range 20 {
		key := newKey()
		var got [callers]string
		concurrently(func(caller int) {
			value, err := clients[caller%2].GetOrSet(t.Context(), key, []byte(fmt.Sprint(caller)), time.Minute)
			if err != nil {
				t.Errorf("GetOrSet: %v", err)
			}
			got[caller] = string(value)
		})
		for _, value := range got {
			if value != got[0] {
				t.Fatalf("of callers at once, one got %q and one %q", got[0], value)
			}
		}
		want(t, clients[0], key, []byte(got[0]))
	}
}

func testClientCachedSeesChange(t *testing.T, open opener) {
	reader, writer, key := open(t), open(t), newKey()
	get := func() string {
		values, err := reader.GetClientCached(t.Context(), time.Hour, key)
		check(t, err)
		if values[0] == nil {
			return "absent"
		}
		return string(values[0])
	}
	if got := get(); got != "absent" {
		t.Fatalf("GetClientCached = %q before it was set", got)
	}
	for round := range 20 {
		value := fmt.Sprint(round)
		check(t, writer.Set(t.Context(), key, []byte(value), time.Hour))
		await.Until(t, "the change is seen", func() bool { return get() == value })
	}
	check(t, writer.Delete(t.Context(), key))
	await.Until(t, "the deletion is seen", func() bool { return get() == "absent" })
	got, err := writer.GetOrSet(t.Context(), key, []byte("again"), time.Hour)
	check(t, err)
	await.Until(t, "a value set after the deletion is seen", func() bool { return get() == string(got) })
}

func testClientCachedAtOnce(t *testing.T, open opener) {
	c, one, two := open(t), newKey(), newKey()
	check(t, c.Set(t.Context(), one, []byte("1"), time.Minute))
	concurrently(func(int) {
		for range 50 {
			got, err := c.GetClientCached(t.Context(), time.Minute, one, two)
			if err != nil || string(got[0]) != "1" || got[1] != nil {
				t.Errorf("GetClientCached = %q, %v", got, err)
				return
			}
		}
	})
}

func testClientCachedLifetime(t *testing.T, open opener) {
	c, key := open(t), newKey()
	check(t, c.Set(t.Context(), key, []byte("value"), 50*time.Millisecond))
	await.Until(t, "the value expires", func() bool {
		values, err := c.GetClientCached(t.Context(), time.Hour, key)
		check(t, err)
		return values[0] == nil
	})
}
