package tracing

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// What the libraries can't read is told in the log, without what it was.
func TestTold(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization: Bearer hush-hush,authorization=hush%zzhush")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	var out bytes.Buffer
	traces, err := Open(t.Context(), "messenger-api", "test", slog.New(slog.NewJSONHandler(&out, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := traces.Close(t.Context()); err != nil {
		t.Error(err)
	}
	for _, about := range []string{"parse headers", "escape header value", "grpc is not a valid protocol for OTLP/HTTP, defaulting to http/protobuf"} {
		if !strings.Contains(out.String(), `"level":"WARN","msg":"OpenTelemetry has a complaint","about":"`+about+`"`) {
			t.Errorf("nothing about %q in the log:\n%s", about, &out)
		}
	}
	if strings.Contains(out.String(), "hush") {
		t.Errorf("a secret is in the log:\n%s", &out)
	}
}
