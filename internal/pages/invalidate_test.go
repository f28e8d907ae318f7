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

// A new version is tried until it is set, or the cache is out of reach. A cache
// that is full has at least to forget the old one.
func TestInvalidateRetries(t *testing.T) {
	for name, test := range map[string]struct {
		answers []error // to what Changed asks, in turn
		want    string
	}{
		"at once":                     {[]error{nil}, "Set"},
		"slow":                        {[]error{cache.ErrSlow, cache.ErrSlow, nil}, "Set Set Set"},
		"down":                        {[]error{cache.ErrDown}, "Set"},
		"slow, then down":             {[]error{cache.ErrSlow, cache.ErrDown}, "Set Set"},
		"full":                        {[]error{errRefused, nil}, "Set Delete"},
		"full, and slow to forget":    {[]error{errRefused, cache.ErrSlow, errRefused, nil}, "Set Delete Set Delete"},
		"full, slow to forget, room":  {[]error{errRefused, cache.ErrSlow, nil}, "Set Delete Set"},
		"full, and down when it must": {[]error{errRefused, cache.ErrDown, cache.ErrDown}, "Set Delete Set"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared := newFake()
				var asked []string
				shared.fail = func(call, key string) error {
					if !strings.HasPrefix(key, "version:") {
						t.Errorf("%s of %q", call, key)
					}
					asked = append(asked, call)
					return test.answers[len(asked)-1]
				}
				// Its caller has left: that ends nothing.
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				pages.New(shared, newFake()).Invalidate(ctx, pageKey.Chat)
				if got := strings.Join(asked, " "); got != test.want {
					t.Errorf("asked %s; want %s", got, test.want)
				}
			})
		})
	}
}

// In this process's memory it is enough that no version is left; a cache that would
// not forget gets a new one.
func TestInvalidateInMemory(t *testing.T) {
	for _, test := range []struct {
		failure error
		want    string
	}{{nil, "Delete"}, {cache.ErrSlow, "Delete Set"}} {
		shared := newFake()
		p := pages.New(shared, nil)
		wantPage(t, p, "old")
		var asked []string
		shared.fail = func(call, _ string) error {
			asked = append(asked, call)
			if call == "Delete" {
				return test.failure
			}
			return nil
		}
		p.Invalidate(t.Context(), pageKey.Chat)
		if got := strings.Join(asked, " "); got != test.want {
			t.Errorf("asked %s; want %s", got, test.want)
		}
		wantPage(t, p, "new")
	}
}

// A cache that is slow for ever does not hold a send for ever.
func TestInvalidateEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := newFake()
		shared.fail = func(string, string) error { return cache.ErrSlow }
		begin := time.Now() // of the bubble
		pages.New(shared, nil).Invalidate(t.Context(), pageKey.Chat)
		if took := time.Since(begin); took > pages.TTL {
			t.Errorf("it took %v", took)
		}
		if shared.count("Set") < 2 {
			t.Error("it was tried once only")
		}
	})
}

// Forgetting is as good as a new version: the next reader sets one.
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

// What a node cut off leaves behind ends after 5 s: no version, and no page, stays
// for longer.
func TestLifetimesAreBounded(t *testing.T) {
	shared, local := newFake(), newFake()
	p := pages.New(shared, local)
	wantPage(t, p, "1")
	p.Invalidate(t.Context(), pageKey.Chat)
	wantPage(t, p, "2")
	local.forget("page:")
	wantRead(t, p, "never asked", "2")
	if shared.longest > 5*time.Second || local.longest > 5*time.Second {
		t.Errorf("lifetimes of up to %v, and near of %v", shared.longest, local.longest)
	}
}

// Versions are random: one that was lost brings no old page back.
func TestLostVersions(t *testing.T) {
	shared := newFake()
	p := pages.New(shared, newFake())
	var seen []string
	for _, text := range []string{"1", "2", "3"} {
		wantPage(t, p, text)
		version := string(shared.values["version:"+string(pageKey.Chat[:])])
		if len(version) != 16 || slices.Contains(seen, version) {
			t.Fatalf("the version %x comes after %x", version, seen)
		}
		seen = append(seen, version)
		shared.forget("version:")
	}
}

func TestNilCachesNothing(t *testing.T) {
	var p *pages.Pages
	for _, text := range []string{"1", "2"} {
		wantPage(t, p, text)
		p.Invalidate(t.Context(), pageKey.Chat)
	}
}
