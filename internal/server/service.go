package server

import (
	"log/slog"
	"runtime"

	"messenger-api/internal/config"
	"messenger-api/internal/messenger"
	"messenger-api/internal/pages"
	"messenger-api/internal/password"
)

// maxWaitingPasswords is how many log-ins may wait for a password hash.
const maxWaitingPasswords = 256

// maxConcurrentCommits is how many commits of messages run concurrently on PostgreSQL, beside
// one of messages to contended chats (messenger.Service.contendedSends).
const maxConcurrentCommits = 3

// concurrentCommits leaves two connections of the pool, if it is large enough, for everything
// else: one, while messages to contended chats are committed. SQLite has one writer, which the
// two batchers take in turn.
func concurrentCommits(settings config.Database) int {
	if len(settings.Hosts) == 0 {
		return 1
	}
	return max(1, min(maxConcurrentCommits, settings.PoolSize-2))
}

func newService(cfg config.Config, opened backends, cached *pages.Pages, log *slog.Logger) *messenger.Service {
	passwords := password.NewHasher(password.Recommended, runtime.GOMAXPROCS(0), maxWaitingPasswords)
	options := messenger.Options{
		MessageMaxBytes: cfg.Limits.MessageMaxBytes,
		SessionLifetime: cfg.Sessions.Lifetime,
		HideAccounts:    bool(cfg.Sessions.HideAccounts),
		NotifyChanged:   cached.Invalidate,
		CommitsAtOnce:   concurrentCommits(cfg.Database),
		Stall:           opened.stall,
	}
	if metrics := opened.telemetry.metrics; metrics != nil {
		options.OnCommit = metrics.ObserveCommit
	}
	return messenger.NewService(opened.database, passwords, options, log)
}
