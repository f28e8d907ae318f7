package auth

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/memory"
	"messenger-api/internal/messenger"
)

// clocked is a cachedSessions over the memory cache, both with the same fake clock.
type clocked struct {
	*cachedSessions
	t     *testing.T
	clock atomic.Int64 // Unix microseconds
}

func (c *clocked) time() time.Time          { return time.UnixMicro(c.clock.Load()).UTC() }
func (c *clocked) advance(by time.Duration) { c.clock.Add(by.Microseconds()) }

// remote does nothing when ctx is canceled, as a cache over a connection does.
type remote struct{ cache.Cache }

func (c remote) Set(ctx context.Context, key string, value []byte, lifetime time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.Cache.Set(ctx, key, value, lifetime)
}

func (c remote) Delete(ctx context.Context, keys ...string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.Cache.Delete(ctx, keys...)
}

func newClocked(t *testing.T) *clocked {
	t.Helper()
	c := &clocked{t: t}
	c.clock.Store(1_800_000_000_000_000)
	entries, err := memory.Open(memory.Options{MaxBytes: 1 << 20, Now: c.time})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = entries.Close() }) // never fails
	c.cachedSessions = &cachedSessions{remote{entries}, c.time}
	return c
}

// The results of find.
const (
	found   = "found"
	ended   = "ended"
	unknown = "unknown"
)

func (c *clocked) want(hash messenger.TokenHash, want string) messenger.Session {
	c.t.Helper()
	session, isFound, isEnded := c.find(c.t.Context(), hash)
	got := unknown
	switch {
	case isFound && isEnded:
		c.t.Fatal("a session is both found and ended")
	case isFound:
		got = found
	case isEnded:
		got = ended
	}
	if got != want {
		c.t.Fatalf("the session is %s; want %s", got, want)
	}
	return session
}

var (
	hash  = messenger.TokenHash{1}
	other = messenger.TokenHash{2}
)

// open returns a session with the given lifetime.
func (c *clocked) open(lifetime time.Duration) messenger.Session {
	return messenger.Session{ID: messenger.ID{3}, AccountID: messenger.ID{4}, ExpiresAt: c.time().Add(lifetime)}
}

func TestCachedSession(t *testing.T) {
	c := newClocked(t)
	c.want(hash, unknown)
	session := c.open(time.Hour)
	c.store(t.Context(), hash, session, c.time())
	if got := c.want(hash, found); got != session {
		t.Errorf("found %+v, want %+v", got, session)
	}
	c.want(other, unknown)
}

// An entry is valid for entryLifetime from the start of the database read, not from when it
// was stored.
func TestEntryLifetime(t *testing.T) {
	c := newClocked(t)
	readAt := c.time()
	c.advance(entryLifetime / 2) // a slow database
	c.store(t.Context(), hash, c.open(time.Hour), readAt)
	c.advance(entryLifetime/2 - time.Microsecond)
	c.want(hash, found)
	c.advance(time.Microsecond)
	c.want(hash, unknown)
	c.store(t.Context(), hash, c.open(time.Hour), c.time())
	c.want(hash, found)
}

// An entry of a node whose clock is ahead is not valid: it would be for too long.
func TestEntryFromTheFuture(t *testing.T) {
	c := newClocked(t)
	c.store(t.Context(), hash, c.open(time.Hour), c.time().Add(time.Second))
	c.want(hash, unknown)
}

// A reader that queried the database before the log-out stores its entry after it: the
// session stays ended.
func TestEntryStoredAfterLogOut(t *testing.T) {
	c := newClocked(t)
	readAt := c.time()
	answer := c.open(time.Hour)
	c.end(t.Context(), other, hash)
	c.want(hash, ended)
	c.store(t.Context(), hash, answer, readAt)
	c.want(hash, ended)
	// When the tombstone expires, the entry is no longer valid.
	for c.time().Before(readAt.Add(2 * tombstoneLifetime)) {
		c.advance(time.Second)
		if _, isFound, _ := c.find(t.Context(), hash); isFound {
			t.Fatalf("%v after the log-out the session is found", c.time().Sub(readAt))
		}
	}
}

func TestEndedSession(t *testing.T) {
	c := newClocked(t)
	c.store(t.Context(), hash, c.open(time.Hour), c.time())
	c.store(t.Context(), other, c.open(time.Hour), c.time())
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // end must not depend on the request's context
	c.end(ctx, hash)
	c.want(hash, ended)
	c.want(other, found)
}

// If the cache evicts only the tombstone, the session is not found either.
func TestEvictedTombstone(t *testing.T) {
	c := newClocked(t)
	c.store(t.Context(), hash, c.open(time.Hour), c.time())
	c.end(t.Context(), hash)
	if err := c.cache.Delete(t.Context(), tombstoneKey(hash)); err != nil {
		t.Fatal(err)
	}
	c.want(hash, unknown)
}

func TestExpiredSessionIsNotCached(t *testing.T) {
	c := newClocked(t)
	for _, lifetime := range []time.Duration{-time.Hour, 0} {
		c.store(t.Context(), hash, c.open(lifetime), c.time())
		c.want(hash, unknown)
	}
	c.store(t.Context(), hash, c.open(time.Second), c.time())
	c.want(hash, found)
	c.advance(time.Second)
	c.want(hash, unknown) // the database says session-id-expired
}

func TestInvalidEntry(t *testing.T) {
	c := newClocked(t)
	for _, entry := range []string{"", "x", string(make([]byte, entryBytes-1)), string(make([]byte, entryBytes+1))} {
		if err := c.cache.Set(t.Context(), sessionKey(hash), []byte(entry), time.Hour); err != nil {
			t.Fatal(err)
		}
		c.want(hash, unknown)
	}
}

// unreachable is a cache whose calls fail with cache.ErrDown.
type unreachable struct{ cache.Cache }

func (unreachable) GetClientCached(context.Context, time.Duration, ...string) ([][]byte, error) {
	return nil, cache.ErrDown
}

func (unreachable) Set(context.Context, string, []byte, time.Duration) error { return cache.ErrDown }

func TestNoCache(t *testing.T) {
	c := newClocked(t)
	for _, none := range []*cachedSessions{nil, {unreachable{}, c.now}} {
		c.cachedSessions = none
		c.store(t.Context(), hash, c.open(time.Hour), time.Time{})
		c.end(t.Context(), hash)
		c.want(hash, unknown)
	}
}
