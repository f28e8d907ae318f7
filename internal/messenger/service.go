package messenger

import (
	"context"
	"log/slog"
	"time"

	"messenger-api/internal/gather"
	"messenger-api/internal/password"
)

// Service has the use cases of the messenger. It is safe for concurrent use.
type Service struct {
	store     Store
	passwords *password.Hasher
	sessions  *gather.Group[TokenHash, sessionAnswer]
	senders   []*gather.Group[outgoing, sendAnswer]
	options   Options
	log       *slog.Logger
}

// Options are the settings of a Service.
type Options struct {
	// MessageMaxBytes is the longest text of a message in bytes of UTF-8.
	MessageMaxBytes int
	// SessionLifetime is how long a session stays open after the log-in.
	SessionLifetime time.Duration
	// HideAccounts makes a log-in to an account that does not exist look like
	// one with a wrong password.
	HideAccounts bool
	// ChatChanged is called after each commit to a chat's log and before its
	// answer, so that no cache shows the log without it; nil for nobody to tell.
	ChatChanged func(ctx context.Context, chat ID)
	// Clock tells the time; nil for the real one.
	Clock func() time.Time
}

// NewService makes a Service over a database. It holds nothing to close: the
// store is its owner's.
func NewService(store Store, passwords *password.Hasher, options Options, log *slog.Logger) *Service {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	s := &Service{store: store, passwords: passwords, sessions: newSessionGroup(store), options: options, log: log}
	for range max(store.Writers(), 1) {
		s.senders = append(s.senders, newSender(store, log))
	}
	return s
}

// now is the time as databases and clients get it: UTC, in microseconds.
func (s *Service) now() time.Time { return s.options.Clock().UTC().Truncate(time.Microsecond) }
