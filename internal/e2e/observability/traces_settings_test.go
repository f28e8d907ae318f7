package observability

import (
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// Invalid variables are refused at the start: OpenTelemetry would print them, including secrets, and ignore
// them.
func TestSettingsOfTracesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, entry := range []string{
		"OTEL_EXPORTER_OTLP_HEADERS=authorization: Bearer hush-hush",
		"OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer hush%zzhush",
		"OTEL_EXPORTER_OTLP_TRACES_HEADERS=hush-hush",
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://:hush-hush%zz@127.0.0.1",
		"OTEL_EXPORTER_OTLP_CERTIFICATE=/nowhere",
		"OTEL_EXPORTER_OTLP_TIMEOUT=soon",
		"OTEL_TRACES_SAMPLER=foo",
		"OTEL_TRACES_SAMPLER_ARG=x",
	} {
		settings := append(testkit.Embedded(t), "HOST=127.0.0.1", "PORT=0", "METRICS_ADDR=127.0.0.1:0", "OTEL_EXPORTER_OTLP_ENDPOINT=https://127.0.0.1:1", entry)
		name, _, _ := strings.Cut(entry, "=")
		for _, command := range []string{"check-config", "serve"} {
			result := testkit.RunBinary(t, settings, "", command)
			if result.Code != 2 || !strings.HasPrefix(result.Stderr, name+": must be ") || strings.Count(result.Stderr, "\n") != 1 {
				t.Errorf("%s with %s: exit code %d: %s", command, entry, result.Code, result.Stderr)
			}
			if strings.Contains(result.Stdout+result.Stderr, "hush") {
				t.Errorf("%s shows the value of %s:\n%s%s", command, entry, result.Stdout, result.Stderr)
			}
		}
	}
}

// The settings for traces override the general ones, for TLS, too.
func TestSettingsForTracesAlone(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	s := testkit.StartBinary(t, append(testkit.Embedded(t), "OTEL_EXPORTER_OTLP_ENDPOINT=https://127.0.0.1:1",
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="+r.URL+"/v1/traces", "OTEL_EXPORTER_OTLP_HEADERS=api-key=none",
		"OTEL_EXPORTER_OTLP_TRACES_HEADERS=api-key=hush%2Dhush", "OTEL_EXPORTER_OTLP_TRACES_INSECURE=true",
		"OTEL_RESOURCE_ATTRIBUTES=team=chat%20room", "OTEL_TRACES_SAMPLER=traceidratio", "OTEL_TRACES_SAMPLER_ARG=1")...)
	alice := s.As(t, "alice")
	chat := alice.CreateChat("tea")
	alice.Send(chat, alice.Join(chat, "Alice"), "a secretive text")
	if code := s.Terminate(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	checkSecretive(t, r, s, alice.Session)
}
