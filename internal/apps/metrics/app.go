// Package metrics is the app that tells Prometheus how it goes, on an address of
// its own. What is counted comes from hooks that the others have; what is asked
// for comes from Sources, when a scrape wants it.
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

// Name is what the app is called in settings.
const Name = "metrics"

// namespace begins the name of every metric that is ours.
const namespace = "messenger"

// Metrics counts. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	requests *requests
	commits  *commits
	callers  *callers
	searches *searches
	sources  atomic.Pointer[Sources]
	pages    atomic.Pointer[pages.Pages]
}

// New makes one that has counted nothing. ready tells whether requests are let in.
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

// App is the part that learns of requests.
func (m *Metrics) App() apps.App {
	return apps.App{Name: Name, Mount: func(r *httpkit.Router) { r.AddObserver(m.ObserveRequest) }}
}

// SetSources sets what scrapes query from now on.
func (m *Metrics) SetSources(sources Sources) { m.sources.Store(&sources) }

// SetPages sets the pages whose cache reads are exported, along with those of sessions.
func (m *Metrics) SetPages(cached *pages.Pages) { m.pages.Store(cached) }
