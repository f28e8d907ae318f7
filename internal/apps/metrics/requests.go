package metrics

import (
	"maps"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"messenger-api/internal/httpkit"
)

// unmatched is the label of a request without a route: its path is unknown, or a
// middleware refused it.
const unmatched = "unmatched"

// requests counts requests. byLabels caches the metrics of each set of labels, since
// WithLabelValues is slower; it is copied on write, so that reading takes no lock.
type requests struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
	byLabels atomic.Pointer[map[requestLabels]requestMetrics]
	adding   sync.Mutex
}

// requestLabels is a set of labels. There are few: routes are patterns, and unknown
// methods are not cached.
type requestLabels struct {
	method, route string
	status        int
}

type requestMetrics struct {
	total    prometheus.Counter
	duration prometheus.Observer
}

func newRequests(registry *prometheus.Registry) *requests {
	r := &requests{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "requests_total", Help: "Requests that ended, by status; 499 where the client closed the connection before the response.",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "request_duration_seconds", Help: "Duration of requests.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 8},
		}, []string{"method", "route"}),
	}
	r.byLabels.Store(&map[requestLabels]requestMetrics{})
	registry.MustRegister(r.total, r.duration)
	return r
}

// ObserveRequest counts a request. It is an httpkit.Observer.
func (m *Metrics) ObserveRequest(r *http.Request, info *httpkit.Info, took time.Duration) {
	labels := requestLabels{r.Method, info.Route, info.Status}
	if labels.status == 0 {
		labels.status = http.StatusOK // net/http sends this if the handler writes nothing
	}
	counters, known := (*m.requests.byLabels.Load())[labels]
	if !known {
		counters = m.requests.add(labels)
	}
	counters.total.Inc()
	counters.duration.Observe(took.Seconds())
}

func (r *requests) add(labels requestLabels) requestMetrics {
	method, route := labels.method, labels.route
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "other"
	}
	if route == "" {
		route = unmatched
	}
	counters := requestMetrics{
		r.total.WithLabelValues(method, route, strconv.Itoa(labels.status)), r.duration.WithLabelValues(method, route),
	}
	if method != labels.method {
		return counters // not cached: clients can send any number of unknown methods
	}
	r.adding.Lock()
	defer r.adding.Unlock()
	byLabels := maps.Clone(*r.byLabels.Load())
	byLabels[labels] = counters
	r.byLabels.Store(&byLabels)
	return counters
}
