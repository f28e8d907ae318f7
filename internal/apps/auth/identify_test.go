package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/memory"
	"messenger-api/internal/errs"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/ratelimit"
)

// noSessions is a store without sessions that counts the queries for them. Other methods
// panic.
type noSessions struct {
	messenger.Store

	queries int
}

func (n *noSessions) SessionsByToken(context.Context, []messenger.TokenHash) (map[messenger.TokenHash]messenger.Session, error) {
	n.queries++
	return nil, nil
}

func newApp(store messenger.Store, options Options) *app {
	return &app{
		service: messenger.NewService(store, nil, messenger.Options{}, slog.New(slog.DiscardHandler)),
		options: options, known: newKnownTokens(),
	}
}

// overdue is a cache that expires entries too late, as one whose clock is behind does.
type overdue struct{ cache.Cache }

func (o overdue) Set(ctx context.Context, key string, value []byte, lifetime time.Duration) error {
	return o.Cache.Set(ctx, key, value, lifetime+time.Hour)
}

// A session past its lifetime is expired even if the cache still has it, and the database is
// not queried.
func TestCachedSessionPastItsLifetime(t *testing.T) {
	entries, err := memory.Open(memory.Options{MaxBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = entries.Close() }) // never fails
	store := &noSessions{}
	a := newApp(store, Options{})
	a.cached = &cachedSessions{overdue{entries}, time.Now}
	token := messenger.Token{1}
	session := messenger.Session{ID: messenger.ID{2}, AccountID: messenger.ID{3}, ExpiresAt: time.Now().Add(-time.Second)}
	a.cached.store(t.Context(), token.Hash(), session, session.ExpiresAt.Add(-time.Second))
	if _, err := a.find(t.Context(), token, token.Hash()); !errors.Is(err, errs.ErrExpiredSession) || store.queries > 0 {
		t.Errorf("the error is %v, want session-id-expired; the database was queried %d times", err, store.queries)
	}
}

// From an address over its limit a known session is looked up; once it was found to have
// ended, it is no longer.
func TestEndedSessionIsNoLongerKnown(t *testing.T) {
	store := &noSessions{}
	limiter := ratelimit.NewMemory(ratelimit.Rate{Events: 1, Period: time.Hour}, time.Now)
	a := newApp(store, Options{Header: "Authorization", Scheme: "session_id", Requests: limiter})
	token := messenger.Token{1}
	a.known.add(token.Hash())
	info := &httpkit.Info{Client: netip.MustParseAddr("192.0.2.1")}
	if decision := limiter.Take(t.Context(), ratelimit.AddressKey(info.Client)); !decision.OK {
		t.Fatal("the address is over its limit before its first request")
	}
	for _, want := range []error{errs.ErrInvalidSession, errs.ErrRequestLimit, errs.ErrRequestLimit} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header.Set("Authorization", "session_id "+token.Reveal())
		if _, err := a.session(request, info); !errors.Is(err, want) {
			t.Errorf("the error is %v, want %v", err, want)
		}
	}
	if store.queries != 1 {
		t.Errorf("the database was queried %d times, want once", store.queries)
	}
}

// slowSessions is a store in which every session is open, and that takes a while to say so.
type slowSessions struct {
	messenger.Store

	asked time.Time
}

func (s *slowSessions) SessionsByToken(_ context.Context, hashes []messenger.TokenHash) (map[messenger.TokenHash]messenger.Session, error) {
	s.asked = time.Now()
	time.Sleep(time.Millisecond)
	return map[messenger.TokenHash]messenger.Session{hashes[0]: {ExpiresAt: time.Now().Add(time.Hour)}}, nil
}

// A session is believed from before the database was asked: what ended it meanwhile is
// not in the answer.
func TestSessionIsBelievedFromBeforeItsRead(t *testing.T) {
	entries, err := memory.Open(memory.Options{MaxBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = entries.Close() }) // it never fails
	store := &slowSessions{}
	a := newApp(store, Options{})
	a.cached = &cachedSessions{entries, time.Now}
	token := messenger.Token{1}
	if _, err := a.find(t.Context(), token, token.Hash()); err != nil {
		t.Fatal(err)
	}
	entry, ok, err := entries.Get(t.Context(), sessionKey(token.Hash()))
	if err != nil || !ok {
		t.Fatalf("the session is not cached: %v", err)
	}
	if readAt := unixMicro(entry[40:]); readAt.After(store.asked) {
		t.Errorf("it is believed from %v on, and the database was asked at %v", readAt, store.asked)
	}
}
