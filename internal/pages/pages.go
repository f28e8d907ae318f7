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
	"time"

	"golang.org/x/sync/singleflight"

	"messenger-api/internal/cache"
)

// TTL is the longest lifetime of a version or a page in a cache.
const TTL = 5 * time.Second

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
