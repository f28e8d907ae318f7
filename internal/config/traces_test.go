package config

import (
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	collectorForm = "must be a URL, http:// or https://host[:port][/path]"
	headersForm   = "must be a list of headers, name=value separated by commas, with special characters of values percent-encoded"
	attributeForm = "OTEL_RESOURCE_ATTRIBUTES: must be a list of attributes, name=value separated by commas, with special characters of values percent-encoded"
	samplerForm   = "OTEL_TRACES_SAMPLER: must be one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio"
)

// Invalid settings of traces are refused even if no traces are sent.
func TestSettingsOfTracesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ entry, want string }{
		{"OTEL_EXPORTER_OTLP_ENDPOINT=collector:4318", "OTEL_EXPORTER_OTLP_ENDPOINT: " + collectorForm},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://me:hush@collector", "OTEL_EXPORTER_OTLP_ENDPOINT: " + collectorForm},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector?key=hush", "OTEL_EXPORTER_OTLP_ENDPOINT: " + collectorForm},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://:hu%sh@collector", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: " + collectorForm},
		{"OTEL_EXPORTER_OTLP_HEADERS=authorization: Bearer hush", "OTEL_EXPORTER_OTLP_HEADERS: " + headersForm},
		{"OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer hu%sh", "OTEL_EXPORTER_OTLP_HEADERS: " + headersForm},
		{"OTEL_EXPORTER_OTLP_HEADERS=authorization=hush%0A%20hush", "OTEL_EXPORTER_OTLP_HEADERS: " + headersForm},
		{"OTEL_EXPORTER_OTLP_HEADERS=author ization=hush", "OTEL_EXPORTER_OTLP_HEADERS: " + headersForm},
		{"OTEL_EXPORTER_OTLP_HEADERS==hush", "OTEL_EXPORTER_OTLP_HEADERS: " + headersForm},
		{"OTEL_EXPORTER_OTLP_HEADERS=a=hush,", "OTEL_EXPORTER_OTLP_HEADERS: must be a comma-separated list without empty elements"},
		{"OTEL_EXPORTER_OTLP_TRACES_HEADERS=a=b,hush", "OTEL_EXPORTER_OTLP_TRACES_HEADERS: " + headersForm},
		{"OTEL_EXPORTER_OTLP_PROTOCOL=grpc", `OTEL_EXPORTER_OTLP_PROTOCOL: must be one of http/protobuf, http/json, not "grpc"`},
		{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http", `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: must be one of http/protobuf, http/json, not "http"`},
		{"OTEL_EXPORTER_OTLP_COMPRESSION=zstd", `OTEL_EXPORTER_OTLP_COMPRESSION: must be one of none, gzip, not "zstd"`},
		{"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION=GZIP", `OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: must be one of none, gzip, not "GZIP"`},
		{"OTEL_EXPORTER_OTLP_TIMEOUT=10s", `OTEL_EXPORTER_OTLP_TIMEOUT: must be a whole number from 0 to 3600000, not "10s"`},
		{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=-1", `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: must be a whole number from 0 to 3600000, not "-1"`},
		{"OTEL_EXPORTER_OTLP_INSECURE=1", `OTEL_EXPORTER_OTLP_INSECURE: must be one of true, false, not "1"`},
		{"OTEL_EXPORTER_OTLP_TRACES_INSECURE=yes", `OTEL_EXPORTER_OTLP_TRACES_INSECURE: must be one of true, false, not "yes"`},
		{"OTEL_RESOURCE_ATTRIBUTES=a=b,team", attributeForm + `, not "team"`},
		{"OTEL_RESOURCE_ATTRIBUTES=team=%zz", attributeForm + `, not "team=%zz"`},
		{"OTEL_RESOURCE_ATTRIBUTES=team=%ff", attributeForm + `, not "team=%ff"`},
		{"OTEL_RESOURCE_ATTRIBUTES==b", attributeForm + `, not "=b"`},
		{"OTEL_TRACES_SAMPLER=foo", samplerForm + `, not "foo"`},
		{"OTEL_TRACES_SAMPLER_ARG=x", `OTEL_TRACES_SAMPLER_ARG: must be a number from 0 to 1, not "x"`},
		{"OTEL_TRACES_SAMPLER_ARG=1.01", `OTEL_TRACES_SAMPLER_ARG: must be a number from 0 to 1, not "1.01"`},
		{"OTEL_TRACES_SAMPLER_ARG=-0.1", `OTEL_TRACES_SAMPLER_ARG: must be a number from 0 to 1, not "-0.1"`},
		{"OTEL_TRACES_SAMPLER_ARG=NaN", `OTEL_TRACES_SAMPLER_ARG: must be a number from 0 to 1, not "NaN"`},
		{"OTEL_BSP_SCHEDULE_DELAY=0", `OTEL_BSP_SCHEDULE_DELAY: must be a whole number from 1 to 3600000, not "0"`},
		{"OTEL_BSP_EXPORT_TIMEOUT=30s", `OTEL_BSP_EXPORT_TIMEOUT: must be a whole number from 0 to 3600000, not "30s"`},
		{"OTEL_BSP_MAX_QUEUE_SIZE=-1", `OTEL_BSP_MAX_QUEUE_SIZE: must be a whole number from 1 to 1000000, not "-1"`},
		{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE=many", `OTEL_BSP_MAX_EXPORT_BATCH_SIZE: must be a whole number from 1 to 1000000, not "many"`},
	} {
		t.Run(c.entry, func(t *testing.T) { wantFaults(t, c.want, c.entry) })
	}
}

func TestSettingsOfTraces(t *testing.T) {
	got := load(t, "OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20a%2Cb==, x-team = chat ", "OTEL_RESOURCE_ATTRIBUTES=team=chat%20room,empty=",
		"OTEL_TRACES_SAMPLER=traceidratio", "OTEL_TRACES_SAMPLER_ARG=1e-2", "OTEL_EXPORTER_OTLP_ENDPOINT=http://[::1]:4318/otlp").Traces
	if got.Headers.Reveal() != "authorization=Bearer%20a%2Cb==, x-team = chat " || got.Attributes != "team=chat%20room,empty=" ||
		got.SamplerArgument != 0.01 || text(got.Endpoint.Reveal()) != "http://[::1]:4318/otlp" {
		t.Errorf("%+v", got)
	}
}

// certificate writes a certificate and its key to files.
func certificate(t *testing.T) (certificate, key string) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	encoded, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	file := func(name, kind string, content []byte) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return file("certificate.pem", "CERTIFICATE", server.Certificate().Raw), file("key.pem", "PRIVATE KEY", encoded)
}

func TestTracesOverTLS(t *testing.T) {
	const (
		secure   = "OTEL_EXPORTER_OTLP_ENDPOINT=https://collector"
		insecure = "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector"
		pair     = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: must be the file of a certificate in PEM, and OTEL_EXPORTER_OTLP_CLIENT_KEY that of its key: "
	)
	certificate, key := certificate(t)
	all := []string{"OTEL_EXPORTER_OTLP_CERTIFICATE=" + certificate, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE= " + certificate, "OTEL_EXPORTER_OTLP_CLIENT_KEY=" + key}
	for _, environ := range [][]string{
		append(all, secure),
		append(all, insecure, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://collector/v1/traces"),
		{"OTEL_EXPORTER_OTLP_CERTIFICATE=/nowhere", "OTEL_EXPORTER_OTLP_INSECURE=true"}, // nothing is sent
		{secure, "OTEL_EXPORTER_OTLP_INSECURE=false"},
		{insecure, "OTEL_EXPORTER_OTLP_INSECURE=false", "OTEL_EXPORTER_OTLP_TRACES_INSECURE=true"},
	} {
		load(t, environ...)
	}
	for _, c := range []struct {
		want    string
		environ []string
	}{
		{"OTEL_EXPORTER_OTLP_CERTIFICATE: must be a file of certificates in PEM: no such file or directory",
			[]string{secure, "OTEL_EXPORTER_OTLP_CERTIFICATE=/nowhere/hush"}},
		{"OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: must be a file of certificates in PEM: it contains none",
			[]string{secure, "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE=" + key}},
		{pair + "no such file or directory",
			[]string{secure, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=" + certificate, "OTEL_EXPORTER_OTLP_CLIENT_KEY=hush"}},
		{"OTEL_EXPORTER_OTLP_CLIENT_KEY: must be set where OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE is",
			[]string{secure, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=" + certificate}},
		{"OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: must be set where OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY is",
			[]string{secure, "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY=" + key}},
		{strings.Join([]string{"OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_KEY", ""},
			": needs https:// in OTEL_EXPORTER_OTLP_ENDPOINT\n"), append(all, insecure)},
		{"OTEL_EXPORTER_OTLP_INSECURE: contradicts the scheme in OTEL_EXPORTER_OTLP_ENDPOINT, which is enough; drop one of the two",
			[]string{secure, "OTEL_EXPORTER_OTLP_INSECURE=true"}},
		{"OTEL_EXPORTER_OTLP_TRACES_INSECURE: contradicts the scheme in OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, which is enough; drop one of the two",
			[]string{secure, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://collector", "OTEL_EXPORTER_OTLP_TRACES_INSECURE=false"}},
	} {
		wantFaults(t, strings.TrimSuffix(c.want, "\n"), c.environ...)
	}
}
