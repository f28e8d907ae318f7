// Package pages caches encoded pages of messages so that nobody gets an old one.
//
// Each chat has a version in the cache that all nodes share: a random value. A
// reader asks for the version first, setting one if there is none, and then for
// the page under (chat, version, limit, from). Whoever changes a chat sets a new
// version after the commit and before the answer, or removes the old one. So a page
// that was read before the change lies under a version that nobody asks for any more.
//
// What a node can't know while it is cut off from the shared cache is bounded
// by Lifetime.
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

// TTL is how long a version or a page is kept at most.
const TTL = 5 * time.Second

// The deadlines of a read that several requests share and of a new version, and
// the pause between tries of it.
const (
	loadTimeout    = 5 * time.Second
	versionTimeout = 2 * time.Second
	versionPause   = 5 * time.Millisecond
)

// maxConcurrentInvalidations is how many new versions are on their way at a time.
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

// New makes a Pages over the cache that all nodes share, and one in this
// process's memory, which is nil where they are the same.
func New(shared, local cache.Cache) *Pages { return &Pages{shared: shared, local: local} }

// Load reads a page from the database and encodes it.
type Load func(ctx context.Context) ([]byte, error)

// Read returns a page that has every change of the chat that was answered before
// Read was called. Errors are those of load, and are not kept.
func (p *Pages) Read(ctx context.Context, key Key, load Load) (Page, error) {
	page, missing := p.Find(ctx, key)
	if page != nil {
		return page, nil
	}
	return missing.Load(ctx, load)
}

// Find is the part of Read that loads nothing: it returns the page that is cached, or
// nil and what to load it by.
func (p *Pages) Find(ctx context.Context, key Key) (Page, Miss) {
	version, ok := p.version(ctx, key.Chat)
	if !ok {
		// Without a version nothing may be shared, not even one load by two readers.
		p.countBypass()
		return nil, Miss{}
	}
	cacheKey := key.cacheKey(version)
	if page, ok := p.cached(ctx, cacheKey); ok {
		return page, Miss{}
	}
	return nil, Miss{p, cacheKey}
}

// Miss is a page that was not cached.
type Miss struct {
	pages *Pages
	key   string
}

// Load is the other part of Read. It may come later: then another reader may have
// loaded the page.
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

// Invalidate makes every page of the chats old. It returns when no reader that
// starts afterwards can get one of them, or when the shared cache is out of
// reach. The caller's change is committed, and answered only then.
func (p *Pages) Invalidate(ctx context.Context, chats ...[16]byte) {
	if p == nil {
		return
	}
	ctx = context.WithoutCancel(ctx)
	if p.local == nil && p.deleteVersions(ctx, chats) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, versionTimeout)
	defer cancel()
	if len(chats) == 1 {
		p.setNewVersion(ctx, chats[0])
		return
	}
	// Over a connection they go together.
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

// deleteVersions removes the versions, which in a process's own memory is enough, and costs
// nothing where nobody reads: the next reader sets a new one. Over a connection it is
// not: a reader's version may be set twice, the second time after the removal.
func (p *Pages) deleteVersions(ctx context.Context, chats [][16]byte) bool {
	keys := make([]string, len(chats))
	for i, chat := range chats {
		keys[i] = versionKey(chat)
	}
	return p.shared.Delete(ctx, keys...) == nil
}

// setNewVersion sets a new version of a chat.
func (p *Pages) setNewVersion(ctx context.Context, chat [16]byte) {
	for ctx.Err() == nil {
		err := p.shared.Set(ctx, versionKey(chat), newVersion(), TTL)
		if err == nil || errors.Is(err, cache.ErrDown) {
			return
		}
		// A full cache refuses what is new, yet it forgets.
		if !errors.Is(err, cache.ErrSlow) && p.shared.Delete(ctx, versionKey(chat)) == nil {
			return
		}
		time.Sleep(versionPause)
	}
}

// version gets the chat's version, or sets one.
func (p *Pages) version(ctx context.Context, chat [16]byte) ([]byte, bool) {
	if p == nil {
		return nil, false
	}
	version, err := p.shared.GetOrSet(ctx, versionKey(chat), newVersion(), TTL)
	return version, err == nil && p.shared.Settled()
}

// cached finds a page in this node's memory, else in the shared cache.
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
		_ = p.local.Set(ctx, key, page, TTL) // only the next reader would have noticed
	}
	return page, true
}

// loadOnce lets those who miss the same page at once wait for one load. They
// all hold the version under which it is kept, so it is new enough for each.
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

// store stores a page; where a cache does not take it, it is loaded again.
func (p *Pages) store(ctx context.Context, key string, page Page) {
	if len(page) > etagBytes+MaxBytes {
		return
	}
	if p.local != nil {
		_ = p.local.Set(ctx, key, page, TTL)
	}
	_ = p.shared.Set(ctx, key, page, TTL)
}

// loadSafely makes an error of a panic, which in the goroutine of a shared load
// nobody else would recover.
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

// newVersion is random, never counted: a cache that was flushed or restored
// would count the same again.
func newVersion() []byte {
	var version [16]byte
	rand.Read(version[:]) // never fails: the runtime ends the process instead
	return version[:]
}
