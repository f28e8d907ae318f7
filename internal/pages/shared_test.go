package pages_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"messenger-api/internal/cache"
	"messenger-api/internal/pages"
)

const readers = 64

// readConcurrently lets many readers miss the same page, and returns how many loads have
// begun when all readers wait.
func readConcurrently(t *testing.T, p *pages.Pages) (loads int) {
	t.Helper()
	var begun atomic.Int64
	goOn := make(chan struct{})
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			page, err := read(t.Context(), p, pageKey, func(context.Context) ([]byte, error) {
				begun.Add(1)
				<-goOn
				return []byte("page"), nil
			})
			if err != nil || string(page.Body()) != "page" {
				t.Errorf("Read = %q, %v", page, err)
			}
		})
	}
	synctest.Wait()
	loads = int(begun.Load())
	close(goOn)
	all.Wait()
	return loads
}

func TestManyReadersMakeOneLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := newFake()
		p := pages.New(shared, newFake())
		if loads := readConcurrently(t, p); loads != 1 {
			t.Errorf("%d readers at once made %d loads; want 1", readers, loads)
		}
		wantRead(t, p, "not loaded", "page")
	})
}

func TestReadersWithoutAVersionShareNothing(t *testing.T) {
	for name, spoil := range map[string]func(*fakeCache){
		"slow":      func(f *fakeCache) { f.fail = func(string, string) error { return cache.ErrSlow } },
		"down":      func(f *fakeCache) { f.fail = func(string, string) error { return cache.ErrDown } },
		"refused":   func(f *fakeCache) { f.fail = func(string, string) error { return errors.New("OOM") } },
		"unsettled": func(f *fakeCache) { f.unsettled = true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared, local := newFake(), newFake()
				spoil(shared)
				p := pages.New(shared, local)
				if loads := readConcurrently(t, p); loads != readers {
					t.Errorf("%d readers at once made %d loads; want one each", readers, loads)
				}
				wantPage(t, p, "another")
				if stored := shared.count("Set") + local.count("Set"); stored != 0 {
					t.Errorf("%d pages were cached", stored)
				}
			})
		})
	}
}

// A reader whose request is canceled returns at once, and the load goes on for the others. What
// the reader holds for the load is detached until the load ends.
func TestCanceledReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pages.New(newFake(), nil)
		goOn := make(chan struct{})
		slow := func(ctx context.Context) ([]byte, error) {
			<-goOn
			return []byte("page"), ctx.Err()
		}
		canceled, cancel := context.WithCancel(t.Context())
		var detached, ended atomic.Bool
		var all sync.WaitGroup
		all.Go(func() {
			_, missing := p.Find(canceled, pageKey)
			page, err := missing.Load(canceled, slow, func() func() {
				detached.Store(true)
				return func() { ended.Store(true) }
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the canceled reader got %q, %v", page, err)
			}
		})
		synctest.Wait()
		all.Go(func() {
			if page, err := read(t.Context(), p, pageKey, slow); err != nil || string(page.Body()) != "page" {
				t.Errorf("the other reader got %q, %v", page, err)
			}
		})
		synctest.Wait()
		if detached.Load() {
			t.Error("a reader that waits was detached")
		}
		cancel()
		synctest.Wait()
		if !detached.Load() || ended.Load() {
			t.Errorf("after the reader left: detached %v, and the load has ended: %v", detached.Load(), ended.Load())
		}
		close(goOn)
		all.Wait()
		synctest.Wait()
		if !ended.Load() {
			t.Error("the reader was not told of the load's end")
		}
	})
}

func TestErrorsAreNotCached(t *testing.T) {
	withAndWithoutLocal(t, func(t *testing.T, p, _ *pages.Pages) {
		failed := errors.New("the database is gone")
		for range 3 {
			page, err := read(t.Context(), p, pageKey, func(context.Context) ([]byte, error) { return []byte("half"), failed })
			if !errors.Is(err, failed) || page != nil {
				t.Fatalf("Read = %q, %v; want the load's error", page, err)
			}
		}
		wantPage(t, p, "page")
	})
}

// A cache that fails for pages but not for versions costs additional loads and nothing else.
func TestFailingPageCache(t *testing.T) {
	for _, failing := range []string{"Get", "Set"} {
		shared := newFake()
		shared.fail = func(call, _ string) error {
			if call == failing {
				return cache.ErrSlow
			}
			return nil
		}
		p := pages.New(shared, nil)
		for i := range 3 {
			wantPage(t, p, fmt.Sprint(i))
		}
	}
	// A value under the page's key that is no page.
	shared := newFake()
	p := pages.New(shared, nil)
	wantPage(t, p, "page")
	for key := range shared.values {
		if key[:5] == "page:" {
			shared.values[key] = []byte("short")
		}
	}
	wantPage(t, p, "page")
}

// Pages over the largest size are given out and not kept.
func TestLargestPageThatIsKept(t *testing.T) {
	for size, kept := range map[int]int{pages.MaxBytes: 2, pages.MaxBytes + 1: 0} {
		shared, local := newFake(), newFake()
		wantPage(t, pages.New(shared, local), strings.Repeat("x", size))
		if sets := shared.count("Set") + local.count("Set"); sets != kept {
			t.Errorf("a page of %d bytes was kept %d times, want %d", size, sets, kept)
		}
	}
}

// A panic in a shared load is an error for every waiting reader, and does not end the process.
func TestPanicWhileLoading(t *testing.T) {
	withAndWithoutLocal(t, func(t *testing.T, p, _ *pages.Pages) {
		_, err := read(t.Context(), p, pageKey, func(context.Context) ([]byte, error) { panic("no page") })
		if err == nil {
			t.Error("want an error")
		}
		wantPage(t, p, "page")
	})
}
