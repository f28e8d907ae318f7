package cachetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/testkit/await"
)

type opener = func(testing.TB) cache.Cache

func testAbsent(t *testing.T, open opener) {
	c := open(t)
	wantAbsent(t, c, newKey())
	check(t, c.Delete(t.Context(), newKey(), newKey()))
	check(t, c.Delete(t.Context()))
}

func testSetGet(t *testing.T, open opener) {
	c, key := open(t), newKey()
	check(t, c.Set(t.Context(), key, []byte("value"), time.Minute))
	want(t, c, key, []byte("value"))
	want(t, open(t), key, []byte("value"))
	wantAbsent(t, c, key+"x")
}

func testReplaced(t *testing.T, open opener) {
	c, key := open(t), newKey()
	check(t, c.Set(t.Context(), key, []byte("a longer value"), time.Minute))
	check(t, c.Set(t.Context(), key, []byte("value"), time.Minute))
	want(t, c, key, []byte("value"))
}

func testLifetimeEnds(t *testing.T, open opener) {
	c, key, other := open(t), newKey(), newKey()
	check(t, c.Set(t.Context(), other, []byte("stays"), time.Hour))
	for _, lifetime := range []time.Duration{50 * time.Millisecond, time.Nanosecond, 0} {
		check(t, c.Set(t.Context(), key, []byte("goes"), lifetime))
		await.Until(t, fmt.Sprintf("the end of a lifetime of %v", lifetime), func() bool {
			_, ok, err := c.Get(t.Context(), key)
			check(t, err)
			return !ok
		})
	}
	want(t, c, other, []byte("stays"))
}

func testNewLifetime(t *testing.T, open opener) {
	c, key, watch := open(t), newKey(), newKey()
	check(t, c.Set(t.Context(), key, []byte("short"), 50*time.Millisecond))
	check(t, c.Set(t.Context(), key, []byte("long"), time.Hour))
	check(t, c.Set(t.Context(), watch, nil, 60*time.Millisecond))
	await.Until(t, "the end of the old lifetime", func() bool {
		_, ok, err := c.Get(t.Context(), watch)
		check(t, err)
		return !ok
	})
	want(t, c, key, []byte("long"))
}

func testDelete(t *testing.T, open opener) {
	c, one, two, three := open(t), newKey(), newKey(), newKey()
	for _, key := range []string{one, two, three} {
		check(t, c.Set(t.Context(), key, []byte("value"), time.Minute))
	}
	check(t, c.Delete(t.Context(), one, newKey(), three))
	wantAbsent(t, c, one)
	want(t, c, two, []byte("value"))
	wantAbsent(t, c, three)
}

func testManyInOrder(t *testing.T, open opener) {
	c, one, two, absent, empty := open(t), newKey(), newKey(), newKey(), newKey()
	check(t, c.Set(t.Context(), one, []byte("1"), time.Minute))
	check(t, c.Set(t.Context(), two, []byte("2"), time.Minute))
	check(t, c.Set(t.Context(), empty, nil, time.Minute))
	keys := []string{two, absent, one, empty, two}
	for name, get := range map[string]func() ([][]byte, error){
		"GetMany":               func() ([][]byte, error) { return c.GetMany(t.Context(), keys...) },
		"GetClientCached":       func() ([][]byte, error) { return c.GetClientCached(t.Context(), time.Minute, keys...) },
		"GetClientCached again": func() ([][]byte, error) { return c.GetClientCached(t.Context(), time.Minute, keys...) },
	} {
		got, err := get()
		check(t, err)
		if text := fmt.Sprintf("%q", got); text != `["2" "" "1" "" "2"]` || got[1] != nil || got[3] == nil {
			t.Errorf("%s = %s, nil: %v and %v; want the absent one nil, the empty one not", name, text, got[1] == nil, got[3] == nil)
		}
	}
	if none, err := c.GetMany(t.Context()); err != nil || len(none) != 0 {
		t.Errorf("GetMany of no key = %q, %v", none, err)
	}
	if none, err := c.GetClientCached(t.Context(), time.Minute); err != nil || len(none) != 0 {
		t.Errorf("GetClientCached of no key = %q, %v", none, err)
	}
}

func testCanceled(t *testing.T, open opener) {
	c, key := open(t), newKey()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range []error{
		c.Set(ctx, key, []byte("value"), time.Minute),
		c.Delete(ctx, key),
	} {
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("a call whose caller left: %v", err)
		}
	}
	wantUsable(t, c)
}

// wantUsable fails the test unless the cache works.
func wantUsable(t testing.TB, c cache.Cache) {
	t.Helper()
	key := newKey()
	check(t, c.Set(t.Context(), key, []byte("value"), time.Minute))
	want(t, c, key, []byte("value"))
}
