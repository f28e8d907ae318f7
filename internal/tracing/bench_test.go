package tracing

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"

	"messenger-api/internal/httpkit"
)

// discardExporter discards all spans.
type discardExporter struct{}

func (discardExporter) ExportSpans(context.Context, []sdk.ReadOnlySpan) error { return nil }
func (discardExporter) Shutdown(context.Context) error                        { return nil }

// BenchmarkRequest measures the middleware around a request with one statement: without
// traces, with all sampled, and with none sampled. The cost of sending is not included.
func BenchmarkRequest(b *testing.B) {
	provider := func(sampler sdk.Sampler) *Traces {
		made := sdk.NewTracerProvider(sdk.WithBatcher(discardExporter{}, sdk.WithMaxQueueSize(1<<16)), sdk.WithSampler(sampler))
		b.Cleanup(func() { _ = made.Shutdown(context.Background()) })
		return newTraces(made)
	}
	for name, traces := range map[string]*Traces{
		"off": nil, "on": provider(sdk.AlwaysSample()), "none sampled": provider(sdk.NeverSample()),
	} {
		b.Run(name, func(b *testing.B) {
			router := httpkit.NewRouter(1 << 20)
			router.Handle(http.MethodGet, "/v1/chats/{chat_id}", httpkit.Public, func(w http.ResponseWriter, r *http.Request) error {
				if traces != nil {
					traces.SQLite(r.Context(), "SELECT 1 FROM chats", time.Now(), nil)
				}
				w.WriteHeader(http.StatusNoContent)
				return nil
			})
			middleware := []httpkit.Middleware{func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					httpkit.InfoFrom(r.Context()).Caller.AccountID = [16]byte{1}
					next.ServeHTTP(w, r)
				})
			}}
			if traces != nil {
				middleware = append(middleware, traces.Requests)
			}
			handler := router.Serve(slog.New(slog.DiscardHandler), nil, middleware...)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				request := httptest.NewRequest(http.MethodGet, "/v1/chats/1", nil)
				for pb.Next() {
					handler.ServeHTTP(httptest.NewRecorder(), request)
				}
			})
		})
	}
}
