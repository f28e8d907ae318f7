package pages

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// loadTimeout limits a load, which several requests may wait for. It may be longer than the
// pause after memory.Cache.Clear: a page that was read before the cache was cleared is stored
// under a version from before, which nobody looks up any more.
const loadTimeout = 5 * time.Second

// loadOnce runs one load for all readers that miss the same page at the same time. The
// key contains the version, so the page is new enough for each of them. See Miss.Load for
// detach.
func (p *Pages) loadOnce(ctx context.Context, key string, load Load, detach Detach) (Page, error) {
	result := p.loading.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		page, err := loadSafely(ctx, load)
		if err == nil {
			p.store(ctx, key, page)
		}
		return page, err
	})
	select {
	case loaded := <-result:
		page, _ := loaded.Val.(Page)
		return page, loaded.Err
	case <-ctx.Done():
		ended := detach()
		go func() {
			<-result
			ended()
		}()
		return nil, ctx.Err()
	}
}

// store caches a page. Errors are ignored: the page is loaded again.
func (p *Pages) store(ctx context.Context, key string, page Page) {
	if len(page) > etagBytes+MaxBytes {
		return
	}
	if p.local != nil {
		_ = p.local.Set(ctx, key, page, TTL)
	}
	_ = p.shared.Set(ctx, key, page, TTL)
}

// loadSafely turns a panic into an error: the handler's recovery does not cover
// singleflight's goroutine.
func loadSafely(ctx context.Context, load Load) (page Page, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic while a page was loaded: %v\n%s", cause, debug.Stack())
		}
	}()
	return loadPage(ctx, load)
}

func loadPage(ctx context.Context, load Load) (Page, error) {
	body, err := load(ctx)
	if err != nil {
		return nil, err
	}
	return newPage(body), nil
}
