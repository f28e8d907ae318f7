package auth

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/memory"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
	"messenger-api/internal/password"
	"messenger-api/internal/ratelimit"
	"messenger-api/internal/store/sqlite"
)

// BenchmarkSessionCheck measures authenticating a request: compare the middleware with the
// check and without it.
func BenchmarkSessionCheck(b *testing.B) {
	inMemory, err := memory.Open(memory.Options{MaxBytes: 1 << 20})
	if err != nil {
		b.Fatal(err)
	}
	defer inMemory.Close()
	inRedis, err := redis.Open(redis.Options{URL: cachetest.RedisURL(b), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer inRedis.Close()
	store, err := sqlite.Open(b.Context(), sqlite.Options{Directory: b.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	if err := store.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	service := messenger.NewService(store, password.NewHasher(password.Recommended, 1, 1),
		messenger.Options{SessionLifetime: time.Hour}, slog.New(slog.DiscardHandler))
	if err := service.Register(b.Context(), "alice", "a password"); err != nil {
		b.Fatal(err)
	}
	token, err := service.LogIn(b.Context(), "alice", "a password", "", "")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("without", func(b *testing.B) {
		serve(b, token, func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				httpkit.InfoFrom(r.Context()).Caller.AccountID = messenger.AnonymousAccount.ID
				next.ServeHTTP(w, r)
			})
		})
	})
	for name, cached := range map[string]cache.Cache{"memory": inMemory, "redis": inRedis, "database": nil} {
		b.Run(name, func(b *testing.B) {
			app := New(service, Options{
				Header: "Authorization", Scheme: "session_id", LogInsPerMinute: 30, Cache: cached,
				NewLimiter: func(_ string, rate ratelimit.Rate) ratelimit.Limiter { return ratelimit.NewMemory(rate, time.Now) },
			}, slog.New(slog.DiscardHandler))
			serve(b, token, app.Middleware)
		})
	}
}

// serve sends concurrent requests for an empty page.
func serve(b *testing.B, token messenger.Token, check httpkit.Middleware) {
	router := httpkit.NewRouter(1 << 20)
	router.Handle(http.MethodGet, "/", httpkit.Protected, func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
	handler := router.Serve(slog.New(slog.DiscardHandler), nil, check)
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			request := httptest.NewRequest(http.MethodGet, "/", nil)
			request.Header.Set("Authorization", "session_id "+token.Reveal())
			answer := httptest.NewRecorder()
			if handler.ServeHTTP(answer, request); answer.Code != http.StatusNoContent {
				b.Errorf("answered with %d", answer.Code)
				return
			}
		}
	})
}
