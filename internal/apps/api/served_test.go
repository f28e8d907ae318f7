package api_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"messenger-api/internal/apps"
	"messenger-api/internal/apps/api"
	"messenger-api/internal/apps/auth"
	"messenger-api/internal/apps/metrics"
	"messenger-api/internal/apps/throttling"
	"messenger-api/internal/cache/memory"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/pages"
	"messenger-api/internal/password"
	"messenger-api/internal/ratelimit"
	"messenger-api/internal/store/sqlite"
)

// served is a server's handler with the ids to use in requests.
type served struct {
	handler    http.Handler
	token      messenger.Token
	chat, user messenger.ID
	next       string
}

func newServed(b *testing.B) served {
	quiet := slog.New(slog.DiscardHandler)
	store, err := sqlite.Open(b.Context(), sqlite.Options{Directory: b.TempDir()}, quiet)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	cached, err := memory.Open(memory.Options{MaxBytes: 64 << 20})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cached.Close() })
	pagesCached := pages.New(cached, nil)
	if err := store.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	counted := metrics.New("", "", func() bool { return true })
	passwords := password.NewHasher(password.Recommended, 1, 1)
	options := messenger.Options{
		MessageMaxBytes: 1 << 16, SessionLifetime: time.Hour, NotifyChanged: pagesCached.Invalidate, OnCommit: counted.ObserveCommit,
	}
	service := messenger.NewService(instant{store}, passwords, options, quiet)
	requests := ratelimit.NewMemory(ratelimit.Rate{Events: 1_000_000, Period: time.Second}, time.Now)
	router := httpkit.NewRouter(1 << 20)
	router.Handle(http.MethodGet, "/ping", httpkit.Exempt, func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusOK)
		return nil
	})
	var around []httpkit.Middleware
	for _, app := range []apps.App{
		auth.New(service, auth.Options{
			Header: "Authorization", Scheme: "session_id", LogInsPerMinute: 30, Requests: requests, Cache: cached,
			NewLimiter: func(_ string, rate ratelimit.Rate) ratelimit.Limiter { return ratelimit.NewMemory(rate, time.Now) },
			Hooks:      auth.Hooks{SessionFound: counted.SessionFound},
		}, quiet),
		throttling.New(requests, counted.Throttled), api.New(service, pagesCached, apps.NewMemoryBudget()), counted.App(),
	} {
		if app.Mount != nil {
			app.Mount(router)
		}
		if app.Middleware != nil {
			around = append(around, app.Middleware)
		}
	}
	s := served{handler: router.Serve(slog.New(slog.NewJSONHandler(io.Discard, nil)), nil, around...)}
	s.fill(b, messenger.NewService(store, passwords, options, quiet))
	return s
}

// fill creates the account, chat, user and messages that the requests use.
func (s *served) fill(b *testing.B, service *messenger.Service) {
	ctx := b.Context()
	err := service.Register(ctx, "alice", "a password")
	if err == nil {
		s.token, err = service.LogIn(ctx, "alice", "a password", "", "")
	}
	var session messenger.Session
	if err == nil {
		session, err = service.Session(ctx, s.token)
	}
	if err == nil {
		s.chat, err = service.CreateChat(ctx, session.AccountID, "chat")
	}
	if err == nil {
		s.user, err = service.JoinChat(ctx, session.AccountID, s.chat, "Alice")
	}
	for i := 0; i < 40 && err == nil; i++ {
		_, err = service.Send(ctx, messenger.Draft{ChatID: s.chat, UserID: s.user, AccountID: session.AccountID, Text: "Hello!"})
	}
	var page messenger.Page
	if err == nil {
		page, err = service.Messages(ctx, messenger.LatestCursor(s.chat), 20, 1<<20)
	}
	if err != nil {
		b.Fatal(err)
	}
	s.next = page.Next.String()
}

// instant is the embedded database, but AppendMessages stores nothing and returns at once.
type instant struct{ messenger.Store }

// AppendMessages implements messenger.Store.
func (instant) AppendMessages(_ context.Context, messages []messenger.Message) ([]messenger.AppendResult, error) {
	appended := make([]messenger.AppendResult, len(messages))
	for i := range messages {
		appended[i].MessageID = messages[i].ID
	}
	return appended, nil
}
