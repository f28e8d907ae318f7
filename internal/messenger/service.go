package messenger

import (
	"context"
	"log/slog"
	"time"

	"messenger-api/internal/batcher"
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
	// CommitsAtOnce is the most commits of messages that run at once, 1 where it is 0.
	CommitsAtOnce int
	// NotifyChanged is called after each commit, with the chats whose logs it
	// changed, and before its answers, so that no cache shows a log without it. It
	// must end by itself; nil for nobody.
	NotifyChanged func(ctx context.Context, chats ...[16]byte)
	// Committed is told of each commit of messages: how many it was of, what became
	// of each unless err says that it failed, and how long it took. It is called by
	// several at once and must be quick; nil for nobody to tell.
	OnCommit func(messages int, appended []AppendResult, took time.Duration, err error)
	// Stall is told how commits end, and shortens the wait for them while they hang; nil for none.
	Stall *CommitStall
	// Clock tells the time; nil for the real one.
	Clock func() time.Time
}

// NewService makes a Service over a database. It holds nothing to close: the
// store is its owner's.
func NewService(store Store, passwords *password.Hasher, options Options, log *slog.Logger) *Service {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	contended := &contendedChats{}
	sending := &sender{store, options.NotifyChanged, options.OnCommit, options.Stall, contended, log}
	s := &Service{
		store: store, passwords: passwords, sessions: newSessionBatcher(store), options: options, log: log,
		sends: sending.newBatcher(options.CommitsAtOnce), contendedSends: sending.newBatcher(1), contended: contended,
	}
	return s
}

// now is the time as databases and clients get it: UTC, in microseconds.
func (s *Service) now() time.Time { return s.options.Clock().UTC().Truncate(time.Microsecond) }
