package redis

import (
	"log/slog"
	"time"
)

// outage logs that Redis is out of reach: once when it is lost, then now and
// then, and once when it is found. Not safe for concurrent use.
type outage struct {
	log    *slog.Logger
	remind time.Duration
	since  time.Time // zero while there is none
	logged time.Time
}

// report says that Redis can't be reached now.
func (o *outage) report(cause error) {
	now := time.Now()
	switch {
	case o.since.IsZero():
		o.since = now
		o.log.Warn("Redis is out of reach: what it keeps comes from the database", "error", cause)
	case now.Sub(o.logged) >= o.remind:
		o.log.Warn("Redis is still out of reach", "for", now.Sub(o.since).Round(time.Second), "error", cause)
	default:
		return
	}
	o.logged = now
}

// end says that Redis was reached.
func (o *outage) end() {
	if !o.since.IsZero() {
		o.log.Info("Redis is in reach again", "after", time.Since(o.since).Round(time.Millisecond))
		o.since = time.Time{}
	}
}
