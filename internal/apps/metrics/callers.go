package metrics

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"messenger-api/internal/errs"
)

// callers counts what is found out about callers, and who is turned away.
type callers struct {
	throttled             prometheus.Counter
	logIns, registrations results
	// Sessions that the cache had, and those that the database was asked for.
	cached, missed atomic.Uint64
}

// results are the outcomes of what can be guessed at.
type results struct{ accepted, refused, limited, failed prometheus.Counter }

func newCallers(registry *prometheus.Registry) *callers {
	throttled := prometheus.NewCounter(prometheus.CounterOpts{
		Namespace: namespace, Name: "throttled_requests_total",
		Help: "Requests that were refused because their account, or address, had made too many.",
	})
	registry.MustRegister(throttled)
	return &callers{
		throttled: throttled,
		logIns: newResults(registry, "logins_total",
			"Log-ins, by result: accepted, refused (a wrong name or password), limited (too many before), failed."),
		registrations: newResults(registry, "registrations_total",
			"Registrations of accounts, by result: accepted, refused, limited (too many before), failed."),
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

// Throttled counts a request over its limit.
func (m *Metrics) Throttled() { m.callers.throttled.Inc() }

// LoggedIn counts the end of a log-in.
func (m *Metrics) LoggedIn(err error) { m.callers.logIns.count(err) }

// Registered counts the end of a registration.
func (m *Metrics) Registered(err error) { m.callers.registrations.count(err) }

// SessionFound counts a session that was looked for.
func (m *Metrics) SessionFound(cached bool) {
	if cached {
		m.callers.cached.Add(1)
	} else {
		m.callers.missed.Add(1)
	}
}
