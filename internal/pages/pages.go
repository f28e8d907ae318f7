// Package pages caches encoded pages of messages and never serves a stale one.
//
// Each chat has a version, a random value in the cache that all nodes share. A
// reader gets the version first, setting one if there is none, and then the page
// under the key (chat, version, limit, from). Whoever changes a chat sets a new
// version after the commit and before the answer, or deletes the old one. Pages
// read before the change are cached under the old version, which is never looked up
// again.
//
// While a node can't reach the shared cache, other nodes don't see its invalidations:
// they may serve stale pages for up to TTL.
package pages

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"messenger-api/internal/cache"
)

// TTL is the longest lifetime of a version or a page in a cache.
const TTL = 5 * time.Second

const (
	loadTimeout       = 5 * time.Second // of a load, which several requests may wait for
	invalidateTimeout = 2 * time.Second
	retryDelay        = 5 * time.Millisecond // between attempts to set a version
)

// maxConcurrentInvalidations limits how many versions one Invalidate sets at a time.
const maxConcurrentInvalidations = 64

// MaxBytes is the largest page, in bytes of JSON, that is encoded as a whole and cached.
const MaxBytes = 1 << 20

// Pages reads through the caches. It is safe for concurrent use. A nil *Pages
// caches nothing.
type Pages struct {
	shared  cache.Cache
	local   cache.Cache
	loading singleflight.Group
	stats   counters
}

// New makes a Pages over the cache that all nodes share and a local one in this
// process's memory. local is nil where the shared cache itself is in this process.
func New(shared, local cache.Cache) *Pages { return &Pages{shared: shared, local: local} }

// Load reads a page from the database and encodes it.
type Load func(ctx context.Context) ([]byte, error)

// Read returns a page that reflects every change of the chat that was answered before
// Read was called. It returns the errors of load, which are not cached.
func (p *Pages) Read(ctx context.Context, key Key, load Load) (Page, error) {
	page, missing := p.Find(ctx, key)
	if page != nil {
		return page, nil
	}
	return missing.Load(ctx, load)
}

// Find is the first half of Read: it returns the cached page, or nil and a Miss to load
// it with.
func (p *Pages) Find(ctx context.Context, key Key) (Page, Miss) {
	version, ok := p.version(ctx, key.Chat)
	if !ok {
		// Without a version, not even two readers may share a load: the later one could
		// get a page older than its request.
		p.countBypass()
		return nil, Miss{}
	}
	cacheKey := key.cacheKey(version)
	if page, ok := p.cached(ctx, cacheKey); ok {
		return page, Miss{}
	}
	return nil, Miss{p, cacheKey}
}

// Miss is a page that was not cached. It holds the version that Find got.
type Miss struct {
	pages *Pages
	key   string
}

// Load is the second half of Read. Since time may have passed since Find, it checks first
// whether another reader has loaded the page.
func (m Miss) Load(ctx context.Context, load Load) (Page, error) {
	if m.pages == nil {
		return loadPage(ctx, load)
	}
	first := m.pages.local
	if first == nil {
		first = m.pages.shared
	}
	if page, ok, err := first.Get(ctx, m.key); err == nil && ok && len(page) >= etagBytes {
		return page, nil
	}
	return m.pages.loadOnce(ctx, m.key, load)
}

// Invalidate invalidates every cached page of the chats. It returns when no reader that
// starts afterwards can get one of them, or when the shared cache is unreachable. Call it
// after the change is committed and before it is answered.
func (p *Pages) Invalidate(ctx context.Context, chats ...[16]byte) {
	if p == nil {
		return
	}
	ctx = context.WithoutCancel(ctx)
	if p.local == nil && p.deleteVersions(ctx, chats) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, invalidateTimeout)
	defer cancel()
	if len(chats) == 1 {
		p.setNewVersion(ctx, chats[0])
		return
	}
	// The cache client sends concurrent calls over one connection in one write.
	var group errgroup.Group
	group.SetLimit(maxConcurrentInvalidations)
	for _, chat := range chats {
		group.Go(func() error {
			p.setNewVersion(ctx, chat)
			return nil
		})
	}
	_ = group.Wait() // nobody returns an error
}

// deleteVersions deletes the versions and reports whether it did; the next reader sets a
// new one. That is enough only for a cache in this process. With a remote one a reader's
// GetOrSet may be retried, and set its old version again after the deletion.
func (p *Pages) deleteVersions(ctx context.Context, chats [][16]byte) bool {
	keys := make([]string, len(chats))
	for i, chat := range chats {
		keys[i] = versionKey(chat)
	}
	return p.shared.Delete(ctx, keys...) == nil
}

func (p *Pages) setNewVersion(ctx context.Context, chat [16]byte) {
	for ctx.Err() == nil {
		err := p.shared.Set(ctx, versionKey(chat), newVersion(), TTL)
		if err == nil || errors.Is(err, cache.ErrDown) {
			return
		}
		// A full cache refuses to set, but still deletes.
		if !errors.Is(err, cache.ErrSlow) && p.shared.Delete(ctx, versionKey(chat)) == nil {
			return
		}
		time.Sleep(retryDelay)
	}
}

// version gets the chat's version, or sets one. It returns false where there is no
// version that can be relied on.
func (p *Pages) version(ctx context.Context, chat [16]byte) ([]byte, bool) {
	if p == nil {
		return nil, false
	}
	version, err := p.shared.GetOrSet(ctx, versionKey(chat), newVersion(), TTL)
	return version, err == nil && p.shared.Settled()
}

// cached looks a page up in the local cache, then in the shared one.
func (p *Pages) cached(ctx context.Context, key string) (Page, bool) {
	if p.local != nil {
		if page, ok, err := p.local.Get(ctx, key); err == nil && ok {
			p.stats.local.Add(1)
			return page, true
		}
	}
	page, ok, err := p.shared.Get(ctx, key)
	if err != nil || !ok || len(page) < etagBytes {
		p.stats.misses.Add(1)
		return nil, false
	}
	p.stats.shared.Add(1)
	if p.local != nil {
		_ = p.local.Set(ctx, key, page, TTL) // if it fails, the next reader uses the shared cache
	}
	return page, true
}

// loadOnce runs one load for all readers that miss the same page at the same time. The
// key contains the version, so the page is new enough for each of them.
func (p *Pages) loadOnce(ctx context.Context, key string, load Load) (Page, error) {
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

// newVersion is random, not a counter: a counter would repeat its values after the cache
// is flushed or restored.
func newVersion() []byte {
	var version [16]byte
	rand.Read(version[:]) // never fails: the runtime ends the process instead
	return version[:]
}
