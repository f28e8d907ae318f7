package config

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, environ ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, environ); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWrite(t *testing.T) {
	want := `HOST=0.0.0.0  (default)
PORT=  (fault)
WORKERS_NUM=4  (environment)
SHUTDOWN_DELAY=90s  (environment)
TRUSTED_PROXIES=127.0.0.0/8,::1/128  (default)
CONNECTIONS_MAX=  (default: what the limit of open files leaves, 10000 at most)
CORS_ORIGINS=  (fault)
APPS=x  (environment)
AUTH_DISABLED=off  (default)
NGINX_THROTTLING=YES  (environment)
DATA_DIR=a b  (environment)
POSTGRES_HOSTS=  (fault)
POSTGRES_USER=" me"  (environment)
POSTGRES_PWD=****  (environment)
POSTGRES_DB=  (default: not set)
POSTGRES_SSLMODE=prefer  (default)
POSTGRES_SSLROOTCERT=  (default: those of the system)
POSTGRES_SSLCERT=  (default: none)
POSTGRES_SSLKEY=  (default: none)
POOL_SIZE=10  (default)
ECHO_DB=off  (default)
AUTH_HEADER=Authorization  (default)
AUTH_TOKEN_TYPE=session_id  (default)
AUTH_TOKEN_LIFETIME=1h  (default)
AUTH_HIDE_ACCOUNTS=off  (default)
THROTTLING_RPS=100  (default)
THROTTLING_AUTH_RPM=30  (default)
THROTTLING_SEARCH_RPM=120  (default)
MESSAGE_MAX_BYTES=65536  (default)
CACHE_TYPE=memory  (default)
REDIS_URL=redis://me:****@cache/1  (environment)
CACHE_MAX_BYTES=67108864  (default)
REDIS_PWD=****  (environment)
REDIS_SENTINEL_PWD=  (default: not set)
REDIS_SSLROOTCERT=  (default: those of the system)
REDIS_PREFIX=  (default: none)
RMQ_URL=amqp://****@mq  (environment)
RMQ_HOST=  (default: not set)
RMQ_PORT=5672  (default)
RMQ_USER=  (default: not set)
RMQ_PASSWORD=****  (environment)
RMQ_PREFIX=  (default: none)
CONSUMER_POOL_SIZE=4  (default)
SEARCH_RESULT_TTL=1h  (default)
SEARCH_MAX_RESULTS=1000  (default)
CONSUMER_PORT=8081  (default)
LOG_LEVEL=info  (default)
LOG_FORMAT=  (default: text on a terminal, else json)
DEBUG=off  (default)
METRICS_ADDR=  (default: 127.0.0.1:9090; where that is taken, none)
CONSUMER_METRICS_ADDR=  (default: 127.0.0.1:9091; where that is taken, none)
OTEL_EXPORTER_OTLP_ENDPOINT=  (default: not set: no traces)
OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=  (default: /v1/traces below OTEL_EXPORTER_OTLP_ENDPOINT)
OTEL_EXPORTER_OTLP_HEADERS=****  (environment)
OTEL_EXPORTER_OTLP_TRACES_HEADERS=  (default: OTEL_EXPORTER_OTLP_HEADERS)
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf  (default)
OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=  (default: OTEL_EXPORTER_OTLP_PROTOCOL)
OTEL_EXPORTER_OTLP_COMPRESSION=none  (default)
OTEL_EXPORTER_OTLP_TRACES_COMPRESSION=  (default: OTEL_EXPORTER_OTLP_COMPRESSION)
OTEL_EXPORTER_OTLP_TIMEOUT=10000  (default)
OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=  (default: OTEL_EXPORTER_OTLP_TIMEOUT)
OTEL_EXPORTER_OTLP_CERTIFICATE=  (default: those of the system)
OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE=  (default: OTEL_EXPORTER_OTLP_CERTIFICATE)
OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=  (default: none)
OTEL_EXPORTER_OTLP_CLIENT_KEY=  (default: none)
OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE=  (default: OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE)
OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY=  (default: OTEL_EXPORTER_OTLP_CLIENT_KEY)
OTEL_EXPORTER_OTLP_INSECURE=  (default: as the scheme of the endpoint says)
OTEL_EXPORTER_OTLP_TRACES_INSECURE=  (default: OTEL_EXPORTER_OTLP_INSECURE)
OTEL_SERVICE_NAME=  (default: messenger-api, or messenger-api-consumer)
OTEL_RESOURCE_ATTRIBUTES=  (default: none)
OTEL_TRACES_SAMPLER=parentbased_always_on  (default)
OTEL_TRACES_SAMPLER_ARG=1  (default)
OTEL_BSP_SCHEDULE_DELAY=5000  (default)
OTEL_BSP_EXPORT_TIMEOUT=30000  (default)
OTEL_BSP_MAX_QUEUE_SIZE=2048  (default)
OTEL_BSP_MAX_EXPORT_BATCH_SIZE=512  (default)
`
	environ := append([]string{
		"PORT=x", "WORKERS_NUM=4", "SHUTDOWN_DELAY=90s", "APPS=x", "NGINX_THROTTLING=YES", "POSTGRES_USER= me", "LOG_FORMAT=", "DATA_DIR=a b",
		"CORS_ORIGINS=https://me:" + hush + "@a", "POSTGRES_HOSTS=postgres://me:" + hush + ",x@db",
	}, secretive...)
	if diff := cmp.Diff(want, write(t, environ...)); diff != "" {
		t.Error(diff)
	}
}

func TestWriteOfNothingAndOfARefusedSecret(t *testing.T) {
	if got := write(t); strings.Contains(got, "environment") || strings.Contains(got, mask) || strings.Contains(got, "(fault)") {
		t.Error(got)
	}
	if got := write(t, "REDIS_URL=redis://:1/"+hush+"@cache"); !strings.Contains(got, "REDIS_URL=  (fault)\n") || strings.Contains(got, hush) {
		t.Error(got)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.ErrUnsupported }

func TestWriterErrors(t *testing.T) {
	if err := Write(brokenWriter{}, nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Write: %v", err)
	}
	if err := WriteMarkdown(brokenWriter{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("WriteMarkdown: %v", err)
	}
}

func TestDocumentIsFresh(t *testing.T) {
	kept, err := os.ReadFile("../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	var made bytes.Buffer
	if err := WriteMarkdown(&made); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made.String(), string(kept)); diff != "" {
		t.Errorf("docs/config.md differs from the settings; run go generate ./internal/config:\n%s", diff)
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range settings() {
		if s.name == "" || s.title == "" || s.doc == "" || s.absence() == "" || (s.fallback != "") == (s.unset != "") {
			t.Errorf("a tag of %s (%s) is missing", s.field, s.name)
		}
		if strings.ContainsAny(s.doc+s.unset, "|\n") {
			t.Errorf("%s: the meaning breaks the table", s.name)
		}
		if seen[s.name] {
			t.Errorf("%s is there twice", s.name)
		}
		seen[s.name] = true
	}
}
