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
	// entryLifetime is how long an entry is believed, from the start of the database
	// read that made it.
	entryLifetime = time.Minute
	// clientCacheLifetime is how old an answer of this node's own memory may be.
	clientCacheLifetime = time.Minute
	// tombstoneLifetime outlives every entry that a slow reader may still write.
	tombstoneLifetime = 2 * entryLifetime
	// tombstoneTimeout bounds the ending of all sessions of an account, endsAtOnce how
	// many go over the connection together.
	tombstoneTimeout        = 2 * time.Second
	maxConcurrentTombstones = 64
)

// cachedSessions keeps open sessions in the cache that all nodes share. A log-out
// leaves a tombstone beside the entry, under a key of its own, so that a reader
// who asked the database before the log-out and writes its entry after it brings
// nothing back. A cache that lost everything logs nobody out, and one that can't
// be reached is done without. A nil *cachedSessions keeps nothing.
type cachedSessions struct {
	cache cache.Cache
	now   func() time.Time
}

// entryBytes: session, account, expiry and the time of the read, as Unix
// microseconds.
const entryBytes = 16 + 16 + 8 + 8

func sessionKey(hash messenger.TokenHash) string   { return "session:" + string(hash[:]) }
func tombstoneKey(hash messenger.TokenHash) string { return "ended:" + string(hash[:]) }

// find returns a session that is to be believed. ended is true for one that was
// logged out; neither means that the database has to say.
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

// store stores an open session that the database was asked for at readAt.
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
	_ = c.cache.Set(ctx, sessionKey(hash), entry, lifetime) // without it the database is asked again
}

// end leaves tombstones for sessions that the database has ended, and removes
// their entries, so that a cache that drops a tombstone to make room brings none
// back. Where the cache does not take them, entries are still doubted after believed.
func (c *cachedSessions) end(ctx context.Context, hashes ...messenger.TokenHash) {
	if c == nil {
		return
	}
	_ = PublishEndedSessions(ctx, c.cache, hashes) // what has no tombstone now is doubted soon
}

// PublishEndedSessions writes a tombstone to the shared cache for each session that
// was ended in the database, so that no node accepts its cached entry. On an error
// some sessions may be accepted until their entries expire, a minute at most.
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
	// It is also the call after which this node has the news of its own tombstones.
	return shared.Delete(ctx, entries...)
}

func unixMicro(raw []byte) time.Time {
	return time.UnixMicro(int64(binary.BigEndian.Uint64(raw))).UTC()
}
