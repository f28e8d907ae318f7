package pages

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"messenger-api/internal/cache"
)

const (
	invalidateTimeout = 2 * time.Second
	retryDelay        = 5 * time.Millisecond // between attempts to set a version
)

// maxConcurrentInvalidations limits how many versions one Invalidate sets at a time.
const maxConcurrentInvalidations = 64

// Invalidate invalidates every cached page of the chats. It returns when the shared cache
// has confirmed that: no reader that starts afterwards gets one of them. It gives up when the
// cache is unreachable, and after 2 s in which it does not answer in time or refuses; then
// readers may get these pages for up to TTL. Call it after the change is committed and before
// it is answered.
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

// deleteVersions deletes the versions of a cache in this process and reports whether it did;
// the next reader sets a new one. For a remote cache a new version is set instead. A deletion
// is safe there only as long as nothing between here and the cache repeats a request: a
// reader's GetOrSet, executed again after the deletion, would bring back the old version.
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
		// A full cache refuses to set, but still deletes. The cache's client repeats no
		// request (redis.Options), so the old version does not come back.
		if !errors.Is(err, cache.ErrSlow) && p.shared.Delete(ctx, versionKey(chat)) == nil {
			return
		}
		time.Sleep(retryDelay)
	}
}

// newVersion is random, not a counter: a counter would repeat its values after the cache
// is flushed or restored.
func newVersion() []byte {
	var version [16]byte
	rand.Read(version[:]) // never fails: the runtime ends the process instead
	return version[:]
}
