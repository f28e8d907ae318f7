package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// FuzzLoad sets every setting to any value: Load does not panic, each fault is one line, and no secret is shown.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{"", "1", "on", "a,b", "[::1]:5432", "https://a.example", "10.0.0.0/8", "1h", "12/3", "12#3", "12?3=", "a@b/", "%", "\n", "\xff", "::"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		var open []string
		for _, s := range settings() {
			if !s.secret {
				open = append(open, s.name+"="+value)
			}
		}
		marked := "zQ7x" + value + "zQ7x" // either end may be the one that leaks
		if strings.Contains(value, "zQ7x") {
			t.Skip()
		}
		unmarkedStart := value + "zQ7x" // digits, say, which could pass for a port
		closed := []string{
			"POSTGRES_PWD=" + marked, "REDIS_PWD=" + marked, "RMQ_PASSWORD=" + marked, "POSTGRES_HOSTS=postgres://me:" + marked + "@db",
			"REDIS_URL=redis://:" + unmarkedStart + "@cache", "RMQ_URL=amqp://me:" + marked + "@mq/vhost", "CACHE_TYPE=redis",
			"OTEL_EXPORTER_OTLP_ENDPOINT=https://me:" + marked + "@collector", "OTEL_EXPORTER_OTLP_HEADERS=a=" + marked, "OTEL_EXPORTER_OTLP_TRACES_HEADERS=" + marked,
		}
		for _, environ := range [][]string{open, closed, append(open, closed...)} {
			c, err := Load(environ, knownApps)
			var listed bytes.Buffer
			if err := Write(&listed, environ); err != nil {
				t.Fatal(err)
			}
			if shown := fmt.Sprintf("%v %+v %s", err, c, listed.String()); strings.Contains(strings.ToLower(shown), "zq7x") {
				t.Fatalf("a secret is shown: %s", shown)
			}
			var faults Faults
			if errors.As(err, &faults) && strings.Count(err.Error(), "\n") != len(faults)-1 {
				t.Fatalf("a fault is not one line: %q", err)
			}
			if lines := strings.Count(listed.String(), "\n"); lines != len(settings()) {
				t.Fatalf("%d lines for %d settings", lines, len(settings()))
			}
		}
	})
}
