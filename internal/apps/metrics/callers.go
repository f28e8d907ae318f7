package metrics

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"messenger-api/internal/errs"
)

// callers counts session look-ups, log-ins, registrations and throttled requests.
type callers struct {
	throttled             prometheus.Counter
	logIns, registrations results
	// Sessions found in the cache, and those looked up in the database.
	cached, missed atomic.Uint64
}

// results has a counter for each result of log-ins or registrations.
type results struct{ accepted, refused, limited, failed prometheus.Counter }

func newCallers(registry *prometheus.Registry) *callers {
	throttled := prometheus.NewCounter(prometheus.CounterOpts{
		Namespace: namespace, Name: "throttled_requests_total",
		Help: "Requests refused because their account, or address, was over its rate limit.",
	})
	registry.MustRegister(throttled)
	return &callers{
		throttled: throttled,
		logIns: newResults(registry, "logins_total",
			"Log-ins, by result: accepted, refused (wrong name or password), limited (over the rate limit), failed (an error of the server)."),
		registrations: newResults(registry, "registrations_total",
			"Registrations of accounts, by result: accepted, refused, limited (over the rate limit), failed (an error of the server)."),
	}
}

func newResults(registry *prometheus.Registry, name, help string) results {
	vector := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, []string{"result"})
	registry.MustRegister(vector)
	return results{
		vector.WithLabelValues("accepted"), vector.WithLabelValues("refused"),
		vector.WithLabelValues("limited"), vector.WithLabelValues("failed"),
	}
}

func (r results) count(err error) {
	switch {
	case err == nil:
		r.accepted.Inc()
	case errs.Is(err, errs.Limited):
		r.limited.Inc()
	case errs.Is(err, errs.Internal), errs.Is(err, errs.Unavailable):
		r.failed.Inc()
	default:
		r.refused.Inc()
	}
}

// Throttled counts a request over the rate limit.
func (m *Metrics) Throttled() { m.callers.throttled.Inc() }

// LoggedIn counts a log-in by its result.
func (m *Metrics) LoggedIn(err error) { m.callers.logIns.count(err) }

// Registered counts a registration by its result.
func (m *Metrics) Registered(err error) { m.callers.registrations.count(err) }

// SessionFound counts a session look-up, answered by the cache or not.
func (m *Metrics) SessionFound(cached bool) {
	if cached {
		m.callers.cached.Add(1)
	} else {
		m.callers.missed.Add(1)
	}
}
