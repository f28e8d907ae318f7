package redis

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// shortage logs, now and then, that Redis is full. Safe for concurrent use.
type shortage struct {
	log    *slog.Logger
	remind time.Duration

	mu     sync.Mutex
	logged time.Time
}

// report says that something was refused for it.
func (s *shortage) report(cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); s.logged.IsZero() || now.Sub(s.logged) >= s.remind {
		s.logged = now
		s.log.Error("Redis keeps nothing new", "error", cause)
	}
}

// outage logs that Redis is out of reach: once when it is lost, then now and
// then, and once when it is found. Not safe for concurrent use.
type outage struct {
	log    *slog.Logger
	remind time.Duration
	since  time.Time // zero while there is none
	logged time.Time
	// code is that of the refusal that was logged, empty for none.
	code string
}

// report says that Redis can't be reached now.
func (o *outage) report(cause error) {
	now, code := time.Now(), codeOf(cause)
	level := slog.LevelWarn
	if code != "" {
		level = slog.LevelError // it does not heal by itself
	}
	switch {
	case o.since.IsZero():
		o.since = now
		o.log.Log(context.Background(), level, "Redis is out of reach: what it keeps comes from the database", "error", cause)
	case now.Sub(o.logged) >= o.remind, code != "" && code != o.code:
		o.log.Log(context.Background(), level, "Redis is still out of reach", "for", now.Sub(o.since).Round(time.Second), "error", cause)
	default:
		return
	}
	o.logged, o.code = now, code
}

// end says that Redis was reached.
func (o *outage) end() {
	if !o.since.IsZero() {
		o.log.Info("Redis is in reach again", "after", time.Since(o.since).Round(time.Millisecond))
		o.since = time.Time{}
	}
}
