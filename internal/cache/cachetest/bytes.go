package cachetest

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/testkit/await"
)

func testAnyBytes(t *testing.T, open opener) {
	c := open(t)
	var all []byte
	for i := range 256 {
		all = append(all, byte(i))
	}
	key := newKey() + string(all) + "\r\n$-1\r\n"
	check(t, c.Set(t.Context(), key, all, time.Minute))
	want(t, c, key, all)
	check(t, c.Set(t.Context(), key, nil, time.Minute))
	want(t, c, key, nil)
}

func testBigValues(t *testing.T, open opener) {
	c, big := open(t), make([]byte, 1<<20)
	_, _ = rand.Read(big)
	key := newKey()
	check(t, c.Set(t.Context(), key, big, time.Minute))
	// On a busy machine a read may exceed its timeout of 50 ms: then it is retried.
	await.Until(t, "an answer in time", func() bool {
		got, ok, err := c.Get(t.Context(), key)
		if errors.Is(err, cache.ErrSlow) {
			return false
		}
		check(t, err)
		if !ok || !bytes.Equal(got, big) {
			t.Fatalf("%d bytes came back as %d, %v", len(big), len(got), ok)
		}
		return true
	})
}

func testNotAliased(t *testing.T, open opener) {
	c, key, fresh, value := open(t), newKey(), newKey(), []byte("before")
	check(t, c.Set(t.Context(), key, value, time.Minute))
	_, err := c.GetOrSet(t.Context(), fresh, value, time.Minute)
	check(t, err)
	copy(value, "XXXXXX")
	want(t, c, key, []byte("before"))
	want(t, c, fresh, []byte("before"))

	got, _, err := c.Get(t.Context(), key)
	check(t, err)
	clientCached, err := c.GetClientCached(t.Context(), time.Minute, key)
	check(t, err)
	check(t, c.Set(t.Context(), key, []byte("behind"), time.Minute))
	want(t, c, key, []byte("behind"))
	if string(got) != "before" || string(clientCached[0]) != "before" {
		t.Errorf("values that were read before Set are now %q and %q", got, clientCached[0])
	}
}
