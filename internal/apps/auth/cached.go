package auth

import (
	"context"
	"encoding/binary"
	"time"

	"golang.org/x/sync/errgroup"

	"messenger-api/internal/cache"
	"messenger-api/internal/messenger"
)

const (
	// entryLifetime is how long an entry is valid, from the start of the database read
	// that it was made from.
	entryLifetime = time.Minute
	// clientCacheLifetime is the maximum age of entries in the client-side cache.
	clientCacheLifetime = time.Minute
	// tombstoneLifetime is longer than the validity of any entry that a slow reader may
	// write after the tombstone.
	tombstoneLifetime       = 2 * entryLifetime
	tombstoneTimeout        = 2 * time.Second // for all sessions that end together
	maxConcurrentTombstones = 64
)

// cachedSessions caches open sessions in the cache that all nodes share. Ending a session
// writes a tombstone under a separate key: a reader that queried the database before may
// still write its entry afterwards, and the tombstone overrides it. If the cache loses
// its data or is unreachable, sessions are read from the database. A nil
// *cachedSessions caches nothing.
type cachedSessions struct {
	cache cache.Cache
	now   func() time.Time
}

// entryBytes is the length of an entry: session id, account id, and in Unix microseconds
// the session's expiry and the time of the database read.
const entryBytes = 16 + 16 + 8 + 8

func sessionKey(hash messenger.TokenHash) string   { return "session:" + string(hash[:]) }
func tombstoneKey(hash messenger.TokenHash) string { return "ended:" + string(hash[:]) }

// find looks a session up. found means that the session is valid, ended that it was
// ended; if neither is true, the database must be queried.
func (c *cachedSessions) find(ctx context.Context, hash messenger.TokenHash) (session messenger.Session, found, ended bool) {
	if c == nil {
		return session, false, false
	}
	values, err := c.cache.GetClientCached(ctx, clientCacheLifetime, sessionKey(hash), tombstoneKey(hash))
	if err != nil {
		return session, false, false
	}
	if values[1] != nil {
		return session, false, true
	}
	entry := values[0]
	if len(entry) != entryBytes {
		return session, false, false
	}
	age := c.now().Sub(unixMicro(entry[40:]))
	session = messenger.Session{
		ID: messenger.ID(entry[:16]), AccountID: messenger.ID(entry[16:32]), ExpiresAt: unixMicro(entry[32:40]),
	}
	return session, age >= 0 && age < entryLifetime, false
}

// store caches an open session that was read from the database at readAt.
func (c *cachedSessions) store(ctx context.Context, hash messenger.TokenHash, session messenger.Session, readAt time.Time) {
	lifetime := session.ExpiresAt.Sub(readAt)
	if c == nil || lifetime <= 0 {
		return
	}
	entry := make([]byte, 0, entryBytes)
	entry = append(entry, session.ID[:]...)
	entry = append(entry, session.AccountID[:]...)
	entry = binary.BigEndian.AppendUint64(entry, uint64(session.ExpiresAt.UnixMicro()))
	entry = binary.BigEndian.AppendUint64(entry, uint64(readAt.UnixMicro()))
	_ = c.cache.Set(ctx, sessionKey(hash), entry, lifetime) // if it fails, the database is read again
}

// end writes tombstones for sessions that were ended in the database. If it fails, entries
// stay valid for up to entryLifetime.
func (c *cachedSessions) end(ctx context.Context, hashes ...messenger.TokenHash) {
	if c == nil {
		return
	}
	_ = PublishEndedSessions(ctx, c.cache, hashes)
}

// PublishEndedSessions writes a tombstone to the shared cache for each session that
// was ended in the database, so that no node accepts its cached entry. It also deletes
// the entries: the cache may evict the tombstone first. On an error some sessions may be
// accepted until their entries expire, a minute at most.
func PublishEndedSessions(ctx context.Context, shared cache.Cache, hashes []messenger.TokenHash) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tombstoneTimeout)
	defer cancel()
	entries := make([]string, len(hashes))
	var group errgroup.Group
	group.SetLimit(maxConcurrentTombstones)
	for i, hash := range hashes {
		entries[i] = sessionKey(hash)
		group.Go(func() error { return shared.Set(ctx, tombstoneKey(hash), []byte{1}, tombstoneLifetime) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	// After Delete returns, this node's client-side cache knows of the tombstones, too.
	return shared.Delete(ctx, entries...)
}

func unixMicro(raw []byte) time.Time {
	return time.UnixMicro(int64(binary.BigEndian.Uint64(raw))).UTC()
}
