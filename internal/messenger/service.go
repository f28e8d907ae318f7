package messenger

import (
	"context"
	"log/slog"
	"time"

	"messenger-api/internal/batcher"
	"messenger-api/internal/outage"
	"messenger-api/internal/password"
)

// Service has the use cases of the messenger. It is safe for concurrent use.
type Service struct {
	store     Store
	passwords *password.Hasher
	sessions  *batcher.Batcher[TokenHash, sessionResult]
	// sends commits messages, contendedSends those to contended chats.
	sends, contendedSends *batcher.Batcher[pendingMessage, sendResult]
	contended             *contendedChats
	options               Options
	log                   *slog.Logger
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
	// CommitsAtOnce is the most concurrent commits of messages; 0 means 1. One more may run for
	// contended chats, whose locks other transactions hold.
	CommitsAtOnce int
	// NotifyChanged is called after each commit and before the senders get their
	// results, with each chat that the commit changed, so that no cache serves a page
	// without the new messages. It must bound its own duration; nil for none.
	NotifyChanged func(ctx context.Context, chats ...[16]byte)
	// OnCommit is called after each commit of messages with the number of messages, their
	// results unless err is not nil, and the commit's duration. It is called concurrently
	// and must be quick; nil for none.
	OnCommit func(messages int, appended []AppendResult, took time.Duration, err error)
	// Stall detects hanging commits and shortens the wait for them meanwhile; nil for none.
	Stall *CommitStall
	// Clock tells the time; nil for the real one.
	Clock func() time.Time
}

// NewService makes a Service over a database. It has nothing to close: the caller
// closes the store.
func NewService(store Store, passwords *password.Hasher, options Options, log *slog.Logger) *Service {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	contended := &contendedChats{}
	sending := &sender{
		store: store, notifyChanged: options.NotifyChanged, onCommit: options.OnCommit, stall: options.Stall, contended: contended,
		retries: outage.Log{
			Logger: log, Remind: outage.Remind, Lost: "commits of messages fail, and are tried again",
			Still: "commits of messages still fail, and are tried again", Found: "commits of messages succeed again",
		},
	}
	s := &Service{
		store: store, passwords: passwords, sessions: newSessionBatcher(store), options: options, log: log,
		sends: sending.newBatcher(options.CommitsAtOnce), contendedSends: sending.newBatcher(1), contended: contended,
	}
	return s
}

// now returns the current time as it is stored and sent: UTC, in microseconds.
func (s *Service) now() time.Time { return s.options.Clock().UTC().Truncate(time.Microsecond) }
