package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"messenger-api/internal/messenger"
)

type commits struct {
	stored, repeated, refused prometheus.Counter
	failed                    prometheus.Counter
	messages, duration        prometheus.Histogram
}

func newCommits(registry *prometheus.Registry) *commits {
	sent := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: namespace, Name: "messages_sent_total",
		Help: "Messages sent, by result: stored, repeated (already stored by an earlier request), refused.",
	}, []string{"result"})
	c := &commits{
		stored: sent.WithLabelValues("stored"), repeated: sent.WithLabelValues("repeated"), refused: sent.WithLabelValues("refused"),
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "commit_failures_total",
			Help: "Failed commits of messages; most are retried.",
		}),
		messages: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Name: "commit_messages", Help: "Messages in one commit.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Name: "commit_duration_seconds", Help: "Duration of commits of messages, including failed ones.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2},
		}),
	}
	registry.MustRegister(sent, c.failed, c.messages, c.duration)
	return c
}

// ObserveCommit counts a commit. It is messenger.Options.OnCommit.
func (m *Metrics) ObserveCommit(messages int, appended []messenger.AppendResult, took time.Duration, err error) {
	c := m.commits
	c.duration.Observe(took.Seconds())
	if err != nil {
		c.failed.Inc()
		return
	}
	c.messages.Observe(float64(messages))
	var repeated, refused int
	for i := range appended {
		switch {
		case appended[i].Err != nil:
			refused++
		case appended[i].Repeated:
			repeated++
		}
	}
	c.stored.Add(float64(len(appended) - repeated - refused))
	c.repeated.Add(float64(repeated))
	c.refused.Add(float64(refused))
}
