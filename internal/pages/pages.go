// Package pages caches encoded pages of messages.
//
// Each chat has a version, a random value in the cache that all nodes share. A
// reader gets the version first, setting one if there is none, and then the page
// under the key (chat, version, limit, before). Whoever changes a chat replaces the
// version after the commit and before the answer: see Invalidate. So a page under a
// version was read from the database after that version was made, and what was read
// before a change is under a version that nobody looks up any more.
//
// A page therefore has every change whose invalidation the shared cache confirmed
// before Find was called. Any other change, as one by a node that can't reach the
// cache, may be missing for TTL: by then the version that it did not replace has
// expired, since reading a version does not extend its lifetime. A reader without a
// version that can be relied on bypasses the caches. docs/architecture.md lists the cases.
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

// New makes a Pages over the shared cache, which has the versions and the pages of all
// nodes, and a local one, which spares this process requests for pages to a shared cache
// elsewhere. local is nil where the shared cache itself is in this process's memory.
func New(shared, local cache.Cache) *Pages { return &Pages{shared: shared, local: local} }

// Load reads a page from the database and encodes it.
type Load func(ctx context.Context) ([]byte, error)

// Detach is called when a reader leaves a load that goes on, and what it returns when that
// load has ended.
type Detach func() (ended func())

// Find returns the cached page, or nil and a Miss to load it with. Either page has every
// change of the chat whose invalidation the shared cache confirmed before Find was called;
// the package comment says what holds for the others.
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

// Load loads the page, and caches it unless Find bypassed the caches. Concurrent loads of
// one key are one call of load. Since time may have passed since Find, it checks first whether
// another reader has loaded the page. It returns the errors of load, which are not cached.
// When ctx ends during a load, Load returns, and the load goes on for other readers: Load
// calls detach then, and what that returned when the load has ended.
func (m Miss) Load(ctx context.Context, load Load, detach Detach) (Page, error) {
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
	return m.pages.loadOnce(ctx, m.key, load, detach)
}

// version gets the chat's version, or sets one. It returns false where there is none that
// can be relied on: no cache, no answer from it in time, or one that is not settled.
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
