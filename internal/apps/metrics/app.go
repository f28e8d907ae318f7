// Package metrics is the app that exports metrics for Prometheus, on an address of its
// own. Counters and histograms are updated by hooks of other packages, such as
// httpkit.Observer. State that can be queried, such as the number of search tasks, is
// read from Sources during a scrape.
//
// docs/metrics.md lists all metrics.
package metrics

import (
	"runtime"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"messenger-api/internal/apps"
	"messenger-api/internal/httpkit"
	"messenger-api/internal/pages"
)

// Name is the app's name in settings.
const Name = "metrics"

// namespace is the prefix of the service's own metrics.
const namespace = "messenger"

// Metrics has the metrics of one process. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	requests *requests
	commits  *commits
	callers  *callers
	searches *searches
	sources  atomic.Pointer[Sources]
	pages    atomic.Pointer[pages.Pages]
}

// New makes a Metrics. ready reports whether the server accepts requests.
func New(version, commit string, ready func() bool) *Metrics {
	registry := prometheus.NewRegistry()
	m := &Metrics{
		registry: registry, requests: newRequests(registry), commits: newCommits(registry),
		callers: newCallers(registry), searches: newSearches(registry),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "Always 1; the labels say which build runs.",
	}, []string{"version", "commit", "goversion"})
	build.WithLabelValues(version, commit, runtime.Version()).Set(1)
	registry.MustRegister(
		build, newScrape(m, ready),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// App returns the app that observes requests.
func (m *Metrics) App() apps.App {
	return apps.App{Name: Name, Mount: func(r *httpkit.Router) { r.AddObserver(m.ObserveRequest) }}
}

// SetSources sets the sources of later scrapes. Until it is called the database is
// exported as down.
func (m *Metrics) SetSources(sources Sources) { m.sources.Store(&sources) }

// SetPages sets the pages whose cache reads are exported. Until it is called no cache reads
// are exported.
func (m *Metrics) SetPages(cached *pages.Pages) { m.pages.Store(cached) }
