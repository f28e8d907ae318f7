package pages_test

import (
	"context"
	"sync"
	"testing"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/memory"
	"messenger-api/internal/pages"
)

var pageKey = pages.Key{Chat: [16]byte{1}, Limit: 50, Before: 1 << 62}

// load returns a Load of the text.
func load(text string) pages.Load {
	return func(context.Context) ([]byte, error) { return []byte(text), nil }
}

// read returns a page as a handler does: a cached one, or a loaded one.
func read(ctx context.Context, p *pages.Pages, key pages.Key, load pages.Load) (pages.Page, error) {
	page, missing := p.Find(ctx, key)
	if page != nil {
		return page, nil
	}
	return missing.Load(ctx, load, func() func() { return func() {} })
}

// wantPage reads while the database has the text stored, and fails the test unless that text
// is returned.
func wantPage(t *testing.T, p *pages.Pages, stored string) {
	t.Helper()
	wantRead(t, p, stored, stored)
}

// wantRead reads while the database has the text stored, and fails the test unless want is
// returned.
func wantRead(t *testing.T, p *pages.Pages, stored, want string) {
	t.Helper()
	page, err := read(t.Context(), p, pageKey, load(stored))
	if err != nil || string(page.Body()) != want {
		t.Fatalf("Read = %q, %v; want %q", page, err, want)
	}
}

func openMemory(t *testing.T) cache.Cache {
	t.Helper()
	c, err := memory.Open(memory.Options{MaxBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// nodes returns the Pages of two nodes that share a cache; with local, each also has a
// local cache.
func nodes(t *testing.T, local bool) (reader, writer *pages.Pages) {
	t.Helper()
	shared := openMemory(t)
	if local {
		return pages.New(shared, openMemory(t)), pages.New(shared, openMemory(t))
	}
	return pages.New(shared, nil), pages.New(shared, nil)
}

// withAndWithoutLocal runs a test without and with local caches.
func withAndWithoutLocal(t *testing.T, test func(t *testing.T, reader, writer *pages.Pages)) {
	t.Helper()
	for name, local := range map[string]bool{"shared cache": false, "shared and local cache": true} {
		t.Run(name, func(t *testing.T) {
			reader, writer := nodes(t, local)
			test(t, reader, writer)
		})
	}
}

// The classic race: a reader has loaded the old page when the writer commits and
// invalidates, and the reader caches the page only afterwards.
func TestOldPageStoredAfterTheChange(t *testing.T) {
	withAndWithoutLocal(t, func(t *testing.T, reader, writer *pages.Pages) {
		for _, before := range []func(){
			func() {}, // no version yet: the reader sets it
			func() { writer.Invalidate(t.Context(), pageKey.Chat) },
			func() { // the reader finds the version of another page
				writer.Invalidate(t.Context(), pageKey.Chat)
				other := pageKey
				other.Limit--
				if _, err := read(t.Context(), reader, other, load("other")); err != nil {
					t.Error(err)
				}
			},
		} {
			before()
			loaded, stored := race(t, reader)
			<-loaded
			writer.Invalidate(t.Context(), pageKey.Chat)
			stored()
			for _, node := range []*pages.Pages{reader, writer} {
				wantRead(t, node, "new", "new")
				wantRead(t, node, "not loaded", "new")
			}
		}
	})
}

// race begins a read that has loaded the old page when loaded is closed. Calling store
// lets it cache the page, and waits until the read has returned.
func race(t *testing.T, reader *pages.Pages) (loaded chan struct{}, store func()) {
	loaded = make(chan struct{})
	goOn := make(chan struct{})
	var reading sync.WaitGroup
	reading.Go(func() {
		load := sync.OnceFunc(func() { close(loaded) })
		defer load() // also where the page was cached, so that the test fails and does not hang
		page, err := read(t.Context(), reader, pageKey, func(context.Context) ([]byte, error) {
			load()
			<-goOn
			return []byte("old"), nil
		})
		if err != nil || string(page.Body()) != "old" {
			t.Errorf("the read that began before the change = %q, %v", page, err)
		}
	})
	return loaded, func() {
		close(goOn)
		reading.Wait()
	}
}

// A read that begins after a change does not join a load that began before it.
func TestOldLoadIsNotShared(t *testing.T) {
	withAndWithoutLocal(t, func(t *testing.T, reader, writer *pages.Pages) {
		loaded, stored := race(t, reader)
		<-loaded
		writer.Invalidate(t.Context(), pageKey.Chat)
		wantPage(t, reader, "new") // while the old load runs
		stored()
		wantRead(t, reader, "not loaded", "new")
	})
}

func TestChangeIsSeenOnEveryNode(t *testing.T) {
	withAndWithoutLocal(t, func(t *testing.T, one, two *pages.Pages) {
		wantPage(t, one, "1")
		wantRead(t, two, "not loaded", "1")
		wantRead(t, two, "not loaded", "1") // from its local cache, if any
		for _, text := range []string{"2", "3", "4"} {
			one.Invalidate(t.Context(), pageKey.Chat)
			wantPage(t, two, text)
			wantRead(t, one, "not loaded", text)
		}
	})
}

func TestPagesOfDifferentKeys(t *testing.T) {
	p, _ := nodes(t, true)
	wantPage(t, p, "first")
	for _, other := range []pages.Key{
		{Chat: [16]byte{2}, Limit: 50, Before: 1 << 62}, {Chat: [16]byte{1}, Limit: 49, Before: 1 << 62}, {Chat: [16]byte{1}, Limit: 50, Before: 7},
	} {
		page, err := read(t.Context(), p, other, load("other"))
		if err != nil || string(page.Body()) != "other" {
			t.Errorf("Read at %v = %q, %v", other, page, err)
		}
	}
	p.Invalidate(t.Context(), [16]byte{2})
	wantRead(t, p, "not loaded", "first")
}
