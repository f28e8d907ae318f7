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

// unmatched is the route of a request that reached none: its path is unknown, or it
// was refused before.
const unmatched = "unmatched"

// requests counts them. What requests of a kind are counted in is looked up in a
// map that nobody changes: each new kind replaces it.
type requests struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
	kinds    atomic.Pointer[map[kind]counted]
	adding   sync.Mutex
}

// kind is one set of labels. There are not many: routes are patterns, and methods
// nobody has heard of are one.
type kind struct {
	method, route string
	status        int
}

type counted struct {
	total    prometheus.Counter
	duration prometheus.Observer
}

func newRequests(registry *prometheus.Registry) *requests {
	r := &requests{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "requests_total", Help: "Requests that were answered; 499 are those whose client cut the connection before.",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "request_duration_seconds", Help: "How long requests took.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 8},
		}, []string{"method", "route"}),
	}
	r.kinds.Store(&map[kind]counted{})
	registry.MustRegister(r.total, r.duration)
	return r
}

// ObserveRequest counts a request. It is an httpkit.Observer.
func (m *Metrics) ObserveRequest(r *http.Request, info *httpkit.Info, took time.Duration) {
	of := kind{r.Method, info.Route, info.Status}
	if of.status == 0 {
		of.status = http.StatusOK // nothing was written: net/http makes it this
	}
	counters, known := (*m.requests.kinds.Load())[of]
	if !known {
		counters = m.requests.add(of)
	}
	counters.total.Inc()
	counters.duration.Observe(took.Seconds())
}

func (r *requests) add(of kind) counted {
	method, route := of.method, of.route
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "other"
	}
	if route == "" {
		route = unmatched
	}
	counters := counted{
		r.total.WithLabelValues(method, route, strconv.Itoa(of.status)), r.duration.WithLabelValues(method, route),
	}
	if method != of.method {
		return counters // not kept: a client could think of any number
	}
	r.adding.Lock()
	defer r.adding.Unlock()
	kinds := maps.Clone(*r.kinds.Load())
	kinds[of] = counters
	r.kinds.Store(&kinds)
	return counters
}
