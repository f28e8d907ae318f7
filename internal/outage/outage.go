// Package outage logs that a part of the service can't be used, and names the errors of
// a part that refuses: every part does so in the same way.
package outage

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Remind is the usual pause between two lines while an outage lasts.
const Remind = time.Minute

// Log logs the outages of one part: a warning at the beginning of each, another one after each Remind while it
// lasts, and one line at its end, with how long it took. A Refusal is logged as an error, and at once where its
// code is new. Safe for concurrent use. It must not be copied after its first use.
type Log struct {
	// Logger is where it logs.
	Logger *slog.Logger
	// Lost, Still and Found are what is logged at the beginning, while it lasts, and at the end.
	Lost, Still, Found string
	// Remind is the pause between two lines while an outage lasts.
	Remind time.Duration
	// Within is an outage of which this one may be a part, and is not logged then; nil for none.
	Within *Log

	mu     sync.Mutex
	since  time.Time // zero while there is none
	seen   time.Time // when it was last reported
	logged time.Time // zero where nothing was logged of this one
	code   string    // of the last error that was reported, empty where that was no Refusal
	codes  []string  // those that were logged of this outage
}

// Report says that the part can't be used now, and why.
func (l *Log) Report(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, code := time.Now(), Code(cause)
	first := l.since.IsZero()
	if first {
		l.since = now
	}
	l.seen, l.code = now, code
	if l.Within != nil && (first || l.Within.Lasts()) {
		return // the other may not have noticed yet
	}
	level := slog.LevelWarn
	if code != "" {
		level = slog.LevelError // it does not heal by itself
	}
	switch {
	case l.logged.IsZero():
		l.Logger.Log(context.Background(), level, l.Lost, "error", cause)
	case now.Sub(l.logged) >= l.Remind, code != "" && !slices.Contains(l.codes, code):
		l.Logger.Log(context.Background(), level, l.Still, "for", now.Sub(l.since).Round(time.Second).String(), "error", cause)
	default:
		return
	}
	l.logged = now
	if code != "" {
		l.codes = append(l.codes, code)
	}
}

// End says that the part is in use.
func (l *Log) End() { l.EndAfter(0) }

// EndAfter says that the part is in use, which counts only where no failure was reported for so long: a part of
// which some calls fail is not in use again with each that succeeds.
func (l *Log) EndAfter(quiet time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.since.IsZero() || time.Since(l.seen) < quiet {
		return
	}
	if !l.logged.IsZero() {
		l.Logger.Info(l.Found, "after", time.Since(l.since).Round(time.Millisecond).String())
	}
	l.since, l.logged, l.code, l.codes = time.Time{}, time.Time{}, "", nil
}

// Refused reports whether the outage that lasts, if one does, is a Refusal.
func (l *Log) Refused() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.since.IsZero() && l.code != ""
}

// Lasts reports whether there is an outage.
func (l *Log) Lasts() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.since.IsZero()
}
