package tracing

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// Invalid settings of the libraries are logged without their values.
func TestLogSink(t *testing.T) {
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
	for _, message := range []string{"parse headers", "escape header value", "grpc is not a valid protocol for OTLP/HTTP, defaulting to http/protobuf"} {
		if !strings.Contains(out.String(), `"level":"WARN","msg":"warning of OpenTelemetry","message":"`+message+`"`) {
			t.Errorf("the log does not have %q:\n%s", message, &out)
		}
	}
	if strings.Contains(out.String(), "hush") {
		t.Errorf("a secret is in the log:\n%s", &out)
	}
}
