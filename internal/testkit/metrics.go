package testkit

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Scrape has the metrics of a server at one time.
type Scrape struct {
	Text     []byte
	Families map[string]*dto.MetricFamily
}

// Scrape reads the server's metrics.
func (a API) Scrape(t testing.TB) Scrape {
	t.Helper()
	text := a.metricsPage(t, "/metrics", http.StatusOK)
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("/metrics can't be read: %v\n%s", err, text)
	}
	return Scrape{text, families}
}

// MetricsStatus requests a path at the metrics' address, and ends the test unless it has this status.
func (a API) MetricsStatus(t testing.TB, path string, want int) {
	t.Helper()
	a.metricsPage(t, path, want)
}

func (a API) metricsPage(t testing.TB, path string, want int) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, a.MetricsURL+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := a.http.Do(request)
	if err != nil {
		t.Fatalf("ask for metrics: %v", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != want {
		t.Fatalf("%s answered %d, want %d: %v\n%s", path, answer.StatusCode, want, err, body)
	}
	return body
}

// Value returns the sum of the metric's series with these labels, given as alternating names and
// values; of a histogram the number of observations. found reports whether there is a series.
func (s Scrape) Value(name string, labels ...string) (value float64, found bool) {
	for _, metric := range s.Families[name].GetMetric() {
		if !hasLabels(metric, labels) {
			continue
		}
		found = true
		value += metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
	}
	return value, found
}

func hasLabels(metric *dto.Metric, labels []string) bool {
	has := map[string]string{}
	for _, label := range metric.GetLabel() {
		has[label.GetName()] = label.GetValue()
	}
	for i := 0; i+1 < len(labels); i += 2 {
		if has[labels[i]] != labels[i+1] {
			return false
		}
	}
	return true
}
