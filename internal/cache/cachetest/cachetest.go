// Package cachetest is the test suite for implementations of cache.Cache. It also has private
// Redis servers and a fault-injecting proxy for tests of outages.
package cachetest

import (
	"bytes"
	"crypto/rand"
	"testing"

	"messenger-api/internal/cache"
)

// Run runs the suite. open returns a new client of the same store, and closes it with the
// test.
func Run(t *testing.T, open func(t testing.TB) cache.Cache) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, func(testing.TB) cache.Cache)
	}{
		{"an absent key", testAbsent},
		{"set and get", testSetGet},
		{"a value is replaced", testReplaced},
		{"a lifetime ends", testLifetimeEnds},
		{"a new lifetime counts", testNewLifetime},
		{"delete", testDelete},
		{"many in their order", testManyInOrder},
		{"any bytes", testAnyBytes},
		{"big values", testBigValues},
		{"values are not aliased", testNotAliased},
		{"get or set", testGetOrSet},
		{"get or set after a lifetime", testGetOrSetAgain},
		{"get or set by many at once", testGetOrSetAtOnce},
		{"client-side caching sees a change elsewhere", testClientCachedSeesChange},
		{"client-side caching by many at once", testClientCachedAtOnce},
		{"client-side caching ends with the lifetime", testClientCachedLifetime},
		{"a caller who left", testCanceled},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open) })
	}
}

// newKey returns a random key.
func newKey() string { return "cachetest:" + rand.Text() }

// check fails the test on an error.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// want fails the test unless the key has the value.
func want(t testing.TB, c cache.Cache, key string, value []byte) {
	t.Helper()
	got, ok, err := c.Get(t.Context(), key)
	if err != nil || !ok || !bytes.Equal(got, value) {
		t.Fatalf("Get(%q) = %.40q, %v, %v; want %.40q", key, got, ok, err, value)
	}
}

// wantAbsent fails the test if the key has a value.
func wantAbsent(t testing.TB, c cache.Cache, key string) {
	t.Helper()
	if got, ok, err := c.Get(t.Context(), key); err != nil || ok || got != nil {
		t.Fatalf("Get(%q) = %.40q, %v, %v; want it absent", key, got, ok, err)
	}
}
