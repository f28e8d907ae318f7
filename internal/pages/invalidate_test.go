package pages_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/pages"
)

var errRefused = errors.New("OOM command not allowed when used memory > 'maxmemory'")

// Setting a new version is retried until it succeeds or the cache is unreachable. Where
// a full cache refuses the new version, the old one is deleted.
func TestInvalidateRetries(t *testing.T) {
	for name, test := range map[string]struct {
		answers []error // of the cache, call by call
		want    string
	}{
		"success":                     {[]error{nil}, "Set"},
		"slow":                        {[]error{cache.ErrSlow, cache.ErrSlow, nil}, "Set Set Set"},
		"down":                        {[]error{cache.ErrDown}, "Set"},
		"slow, then down":             {[]error{cache.ErrSlow, cache.ErrDown}, "Set Set"},
		"full":                        {[]error{errRefused, nil}, "Set Delete"},
		"full, Delete slow":           {[]error{errRefused, cache.ErrSlow, errRefused, nil}, "Set Delete Set Delete"},
		"full, Delete slow, then not": {[]error{errRefused, cache.ErrSlow, nil}, "Set Delete Set"},
		"full, then down":             {[]error{errRefused, cache.ErrDown, cache.ErrDown}, "Set Delete Set"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared := newFake()
				var calls []string
				shared.fail = func(call, key string) error {
					if !strings.HasPrefix(key, "version:") {
						t.Errorf("%s of %q", call, key)
					}
					calls = append(calls, call)
					return test.answers[len(calls)-1]
				}
				// The caller's context does not cancel the invalidation.
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				pages.New(shared, newFake()).Invalidate(ctx, pageKey.Chat)
				if got := strings.Join(calls, " "); got != test.want {
					t.Errorf("called %s; want %s", got, test.want)
				}
			})
		})
	}
}

// Where the shared cache is this process's memory, deleting the version is enough; when
// Delete fails, a new version is set.
func TestInvalidateInMemory(t *testing.T) {
	for _, test := range []struct {
		failure error
		want    string
	}{{nil, "Delete"}, {cache.ErrSlow, "Delete Set"}} {
		shared := newFake()
		p := pages.New(shared, nil)
		wantPage(t, p, "old")
		var calls []string
		shared.fail = func(call, _ string) error {
			calls = append(calls, call)
			if call == "Delete" {
				return test.failure
			}
			return nil
		}
		p.Invalidate(t.Context(), pageKey.Chat)
		if got := strings.Join(calls, " "); got != test.want {
			t.Errorf("called %s; want %s", got, test.want)
		}
		wantPage(t, p, "new")
	}
}

// With a cache that stays slow, Invalidate gives up after a bounded time, so sends go on.
func TestInvalidateEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := newFake()
		shared.fail = func(string, string) error { return cache.ErrSlow }
		begin := time.Now()
		pages.New(shared, nil).Invalidate(t.Context(), pageKey.Chat)
		if took := time.Since(begin); took > pages.TTL {
			t.Errorf("it took %v", took)
		}
		if shared.count("Set") < 2 {
			t.Error("it was not retried")
		}
	})
}

// Deleting the version invalidates the pages too: the next reader sets a new version.
func TestInvalidateWhereTheCacheIsFull(t *testing.T) {
	shared := newFake()
	p := pages.New(shared, newFake())
	wantPage(t, p, "old")
	shared.fail = func(call, _ string) error {
		if call == "Set" {
			return errRefused
		}
		return nil
	}
	p.Invalidate(t.Context(), pageKey.Chat)
	wantPage(t, p, "new")
}

// A node that can't reach the shared cache may serve pages for at most 5 s: that is the
// longest lifetime of versions and pages.
func TestLifetimesAreBounded(t *testing.T) {
	shared, local := newFake(), newFake()
	p := pages.New(shared, local)
	wantPage(t, p, "1")
	p.Invalidate(t.Context(), pageKey.Chat)
	wantPage(t, p, "2")
	local.evict("page:")
	wantRead(t, p, "not loaded", "2")
	if shared.maxTTL > 5*time.Second || local.maxTTL > 5*time.Second {
		t.Errorf("lifetimes of up to %v in the shared cache, %v in the local one", shared.maxTTL, local.maxTTL)
	}
}

// Versions are random, so the version set after one was evicted does not make old pages
// valid again.
func TestLostVersions(t *testing.T) {
	shared := newFake()
	p := pages.New(shared, newFake())
	var seen []string
	for _, text := range []string{"1", "2", "3"} {
		wantPage(t, p, text)
		version := string(shared.values["version:"+string(pageKey.Chat[:])])
		if len(version) != 16 || slices.Contains(seen, version) {
			t.Fatalf("the version %x was set after %x", version, seen)
		}
		seen = append(seen, version)
		shared.evict("version:")
	}
}

func TestNilCachesNothing(t *testing.T) {
	var p *pages.Pages
	for _, text := range []string{"1", "2"} {
		wantPage(t, p, text)
		p.Invalidate(t.Context(), pageKey.Chat)
	}
}
