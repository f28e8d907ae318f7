package tracing

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"messenger-api/internal/httpkit"
)

func TestSummary(t *testing.T) {
	for statement, want := range map[string]string{
		"\n\t\tSELECT task_id FROM search_tasks WHERE task_id = $1":   "SELECT search_tasks",
		"insert into events (chat_id) VALUES ($1)":                    "INSERT events",
		"UPDATE chats SET name = $1":                                  "UPDATE chats",
		"WITH due AS (SELECT 1 FROM search_tasks) UPDATE x SET y = 1": "WITH search_tasks",
		"SELECT count(*) FROM (SELECT 1 FROM chats)":                  "SELECT chats",
		"COMMIT":     "COMMIT",
		"SELECT 1":   "SELECT",
		"":           "SQL",
		"-- nothing": "SQL",
	} {
		if got := summary(statement); got != want {
			t.Errorf("summary(%q) = %q, want %q", statement, got, want)
		}
	}
}

// recording returns Traces and the recorder of their spans.
func recording(t *testing.T, sampler sdk.Sampler) (*Traces, *tracetest.SpanRecorder) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdk.NewTracerProvider(sdk.WithSpanProcessor(recorder), sdk.WithSampler(sampler))
	t.Cleanup(func() { _ = provider.Shutdown(context.Background()) })
	return newTraces(provider), recorder
}

// The span of a request that panics does not have the panic's message. Statements outside of
// a trace have no span.
func TestSpansHaveNoSecrets(t *testing.T) {
	traces, recorder := recording(t, sdk.AlwaysSample())
	router := httpkit.NewRouter(1 << 10)
	router.Handle(http.MethodGet, "/open", httpkit.Public, func(_ http.ResponseWriter, r *http.Request) error {
		traces.SQLite(r.Context(), "SELECT 1 FROM chats WHERE name = ?", time.Now(), errors.New("hush"))
		panic("hush")
	})
	handler := router.Serve(slog.New(slog.DiscardHandler), nil, traces.Requests)
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/open?message=hush", nil))
	traces.SQLite(t.Context(), "SELECT 1 FROM nobody", time.Now(), nil)
	spans := recorder.Ended()
	if len(spans) != 2 || spans[0].Name() != "SELECT chats" || spans[1].Name() != "GET /open" {
		t.Fatalf("%d spans: %+v", len(spans), tracetest.SpanStubsFromReadOnlySpans(spans))
	}
	for _, span := range tracetest.SpanStubsFromReadOnlySpans(spans) {
		if span.Status.Code.String() != "Error" || span.Status.Description != "" || len(span.Events) > 0 {
			t.Errorf("%s: %+v, %+v", span.Name, span.Status, span.Events)
		}
		for _, attribute := range span.Attributes {
			if strings.Contains(attribute.Value.String(), "hush") {
				t.Errorf("%s: %s is %s", span.Name, attribute.Key, attribute.Value.String())
			}
		}
	}
}

// In a trace that is not sampled there are no spans, and its traceparent is propagated as not
// sampled.
func TestNotSampled(t *testing.T) {
	traces, recorder := recording(t, sdk.NeverSample())
	router := httpkit.NewRouter(1 << 10)
	router.Handle(http.MethodGet, "/open", httpkit.Public, func(w http.ResponseWriter, r *http.Request) error {
		if sampled(r.Context()) || httpkit.InfoFrom(r.Context()).TraceID != "" {
			t.Error("the request is traced")
		}
		if traceparent := traces.Propagator().Inject(r.Context())["traceparent"]; !strings.HasSuffix(traceparent, "-00") {
			t.Errorf("traceparent is %q", traceparent)
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
	router.Serve(slog.New(slog.DiscardHandler), nil, traces.Requests).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/open", nil))
	if len(recorder.Ended()) > 0 {
		t.Errorf("%d spans", len(recorder.Ended()))
	}
}
