package tracing

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"messenger-api/internal/testkit/await"
	"messenger-api/internal/testkit/logtext"
)

// An outage of the collector is logged once at its beginning and once at its end, and not with each batch of spans.
func TestCollectorsOutageIsLoggedOnce(t *testing.T) {
	var refuses atomic.Bool
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if refuses.Load() {
			w.WriteHeader(http.StatusForbidden) // which is not tried again
		}
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	logged := &logtext.Lines{}
	traces, err := Open(t.Context(), "messenger-api", "test", slog.New(slog.NewTextHandler(logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	send := func() error {
		_, span := traces.tracer.Start(t.Context(), "span")
		span.End()
		return traces.provider.ForceFlush(t.Context())
	}
	refuses.Store(true)
	for range 5 {
		if err := send(); err == nil {
			t.Error("a batch that the collector refused was sent")
		}
	}
	refuses.Store(false)
	await.Until(t, "the end is logged", func() bool { return send() == nil && logged.Has("traces are sent again") == 1 })
	if logged.Has("level=WARN") != 1 || logged.Has("sending traces failed") != 1 {
		t.Errorf("the outage is not logged once:\n%s", logged)
	}
	if err := traces.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
