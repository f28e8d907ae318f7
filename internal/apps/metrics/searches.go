package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"messenger-api/internal/search"
)

// searches counts the search tasks that this process executes; a process without a
// consumer has none.
type searches struct {
	succeeded, failed prometheus.Counter
	duration          prometheus.Histogram
	indexLag          atomic.Int64
	indexLagKnown     atomic.Bool // false where this process runs no indexer
}

func newSearches(registry *prometheus.Registry) *searches {
	ended := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: namespace, Name: "searches_ended_total", Help: "Search tasks that ended in this process, by final state.",
	}, []string{"state"})
	s := &searches{
		succeeded: ended.WithLabelValues(search.Success.String()), failed: ended.WithLabelValues(search.Failed.String()),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Name: "search_duration_seconds",
			Help:    "Time from the creation of a search task to its success, including waiting.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300},
		}),
	}
	registry.MustRegister(ended, s.duration)
	return s
}

// SearchEnded counts a task that has ended. It is search.Hooks.TaskEnded.
func (m *Metrics) SearchEnded(status search.Status, took time.Duration) {
	if status != search.Success {
		m.searches.failed.Inc()
		return
	}
	m.searches.succeeded.Inc()
	m.searches.duration.Observe(took.Seconds())
}

// SetIndexLag records how many messages are not indexed yet. It is search.Hooks.IndexLag.
func (m *Metrics) SetIndexLag(messages int64) {
	m.searches.indexLag.Store(messages)
	m.searches.indexLagKnown.Store(true)
}
