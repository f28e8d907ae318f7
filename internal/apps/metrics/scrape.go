package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"messenger-api/internal/pages"
	"messenger-api/internal/search"
)

// scrape is the collector of the metrics that are read during a scrape.
type scrape struct {
	metrics *Metrics
	ready   func() bool
	cache   sourceCache

	isReady, up, refused, cacheReads, tasks, oldest, indexLag *prometheus.Desc
	connections, max, waits, waited                           *prometheus.Desc
}

func newScrape(m *Metrics, ready func() bool) *scrape {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(namespace+"_"+name, help, labels, nil)
	}
	return &scrape{
		metrics: m, ready: ready,
		isReady:     describe("ready", "1 while requests are accepted."),
		up:          describe("up", "1 while the part (database, cache, queue) responds; only for parts in use.", "part"),
		refused:     describe("refused", "1 while the part refuses the service until an operator changes something (password, permission, limit); only for parts in use.", "part"),
		cacheReads:  describe("cache_reads_total", "Look-ups in the caches, by kind and outcome.", "kind", "outcome"),
		tasks:       describe("search_tasks", "Search tasks in the database by state; absent while the database does not respond. WAITING is the queue's depth.", "state"),
		oldest:      describe("search_oldest_waiting_seconds", "Age of the oldest waiting search task, 0 if none waits; absent while the database does not respond."),
		indexLag:    describe("search_index_behind_messages", "Messages that were not indexed yet when this process last checked."),
		connections: describe("database_connections", "Open connections to the database by state: in_use, idle.", "pool", "state"),
		max:         describe("database_connections_max", "Limit of connections to the database.", "pool"),
		waits:       describe("database_waits_total", "How often a query had to wait for a free connection.", "pool"),
		waited:      describe("database_wait_seconds_total", "Total time that queries waited for a free connection.", "pool"),
	}
}

// Describe implements prometheus.Collector.
func (s *scrape) Describe(all chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{
		s.isReady, s.up, s.refused, s.cacheReads, s.tasks, s.oldest, s.indexLag, s.connections, s.max, s.waits, s.waited,
	} {
		all <- desc
	}
}

// Collect implements prometheus.Collector.
func (s *scrape) Collect(to chan<- prometheus.Metric) {
	sources := s.metrics.sources.Load()
	current := s.cache.read(sources)
	gauge(to, s.isReady, boolToFloat(s.ready()))
	for part, up := range current.up {
		gauge(to, s.up, boolToFloat(up), part)
	}
	if current.tasks != nil {
		for _, state := range []search.Status{search.Waiting, search.InProcess, search.Success, search.Failed} {
			gauge(to, s.tasks, float64(current.tasks[state]), state.String())
		}
		age := time.Duration(0)
		if !current.oldest.IsZero() {
			age = max(0, time.Since(current.oldest))
		}
		gauge(to, s.oldest, age.Seconds())
	}
	if searches := s.metrics.searches; searches.indexLagKnown.Load() {
		gauge(to, s.indexLag, float64(searches.indexLag.Load()))
	}
	if sources != nil {
		for part, refused := range sources.Refused {
			gauge(to, s.refused, boolToFloat(refused()), part)
		}
		s.collectPools(to, sources)
	}
	if pages := s.metrics.pages.Load(); pages != nil {
		s.collectCaches(to, pages.Stats())
	}
}

func (s *scrape) collectPools(to chan<- prometheus.Metric, sources *Sources) {
	for _, pool := range sources.Pools() {
		gauge(to, s.connections, float64(pool.InUse), pool.Name, "in_use")
		gauge(to, s.connections, float64(pool.Open-pool.InUse), pool.Name, "idle")
		gauge(to, s.max, float64(pool.Max), pool.Name)
		counter(to, s.waits, float64(pool.Waits), pool.Name)
		counter(to, s.waited, pool.Waited.Seconds(), pool.Name)
	}
}

func (s *scrape) collectCaches(to chan<- prometheus.Metric, pages pages.Stats) {
	callers := s.metrics.callers
	counter(to, s.cacheReads, float64(pages.Local), "pages", "hit_local")
	counter(to, s.cacheReads, float64(pages.Shared), "pages", "hit_shared")
	counter(to, s.cacheReads, float64(pages.Misses), "pages", "miss")
	counter(to, s.cacheReads, float64(pages.Bypassed), "pages", "bypass")
	counter(to, s.cacheReads, float64(callers.cached.Load()), "sessions", "hit")
	counter(to, s.cacheReads, float64(callers.missed.Load()), "sessions", "miss")
}

func gauge(to chan<- prometheus.Metric, of *prometheus.Desc, value float64, labels ...string) {
	to <- prometheus.MustNewConstMetric(of, prometheus.GaugeValue, value, labels...)
}

func counter(to chan<- prometheus.Metric, of *prometheus.Desc, value float64, labels ...string) {
	to <- prometheus.MustNewConstMetric(of, prometheus.CounterValue, value, labels...)
}

func boolToFloat(value bool) float64 {
	if value {
		return 1
	}
	return 0
}
