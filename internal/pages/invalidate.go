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

// newVersion is random, not a counter: a counter would repeat its values after the cache
// is flushed or restored.
func newVersion() []byte {
	var version [16]byte
	rand.Read(version[:]) // never fails: the runtime ends the process instead
	return version[:]
}
