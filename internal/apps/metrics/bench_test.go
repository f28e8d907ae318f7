package metrics

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"messenger-api/internal/httpkit"
	"messenger-api/internal/messenger"
)

// BenchmarkRequest measures the middleware around a request with and without metrics.
func BenchmarkRequest(b *testing.B) {
	for name, on := range map[string]bool{"off": false, "on": true} {
		b.Run(name, func(b *testing.B) {
			router := httpkit.NewRouter(1 << 20)
			router.Handle(http.MethodGet, "/v1/chats/{chat_id}", httpkit.Protected, func(w http.ResponseWriter, _ *http.Request) error {
				w.WriteHeader(http.StatusNoContent)
				return nil
			})
			if on {
				New("", "", func() bool { return true }).App().Mount(router)
			}
			handler := router.Serve(slog.New(slog.DiscardHandler), nil, func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					httpkit.InfoFrom(r.Context()).Caller.AccountID = messenger.AnonymousAccount.ID
					next.ServeHTTP(w, r)
				})
			})
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				request := httptest.NewRequest(http.MethodGet, "/v1/chats/1", nil)
				for pb.Next() {
					handler.ServeHTTP(discard{}, request)
				}
			})
		})
	}
}

// discard is an http.ResponseWriter that discards the response.
type discard struct{}

func (discard) Header() http.Header              { return http.Header{} }
func (discard) Write(answer []byte) (int, error) { return len(answer), nil }
func (discard) WriteHeader(int)                  {}

// BenchmarkHooks measures each of the other hooks.
func BenchmarkHooks(b *testing.B) {
	m := New("", "", func() bool { return true })
	appended := make([]messenger.AppendResult, 64)
	for name, hook := range map[string]func(){
		"session found":    func() { m.SessionFound(true) },
		"throttled":        m.Throttled,
		"commit of 64":     func() { m.ObserveCommit(64, appended, time.Millisecond, nil) },
		"request, counted": func() {},
	} {
		if name == "request, counted" {
			request, info := httptest.NewRequest(http.MethodGet, "/", nil), &httpkit.Info{Route: "/v1/chats/{chat_id}", Status: http.StatusOK}
			hook = func() { m.ObserveRequest(request, info, time.Millisecond) }
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				hook()
			}
		})
	}
}
