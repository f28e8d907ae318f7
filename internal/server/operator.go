package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"

	"messenger-api/internal/apps/auth"
	"messenger-api/internal/config"
	"messenger-api/internal/messenger"
	"messenger-api/internal/password"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/sqlite"
)

// operatorStore is the interface of both databases for the commands that may run while a
// server runs.
type operatorStore interface {
	messenger.OperatorStore
	Close() error
}

// withOperator runs a command's work on the accounts, also while servers run.
func withOperator(ctx context.Context, process Process, work func(*messenger.Operator) error) error {
	return operate(ctx, process, openShared, work)
}

// withReader is withOperator for work that only reads; the files may be read-only.
func withReader(ctx context.Context, process Process, work func(*messenger.Operator) error) error {
	return operate(ctx, process, openReadOnly, work)
}

func operate(
	ctx context.Context, process Process, open func(context.Context, config.Config, *slog.Logger) (operatorStore, error),
	work func(*messenger.Operator) error,
) error {
	cfg, log, err := settingsAndLog(process)
	if err != nil {
		return err
	}
	opened, err := open(ctx, cfg, log)
	if err != nil {
		return err
	}
	return errors.Join(workAsOperator(cfg, opened, log, work), opened.Close())
}

func workAsOperator(cfg config.Config, opened operatorStore, log *slog.Logger, work func(*messenger.Operator) error) error {
	notify := func(context.Context, []messenger.TokenHash) error { return nil }
	if cfg.Cache.Type == config.CacheRedis {
		caches, err := openCaches(cfg, log)
		if err != nil {
			return err
		}
		defer caches.close(log)
		notify = func(ctx context.Context, hashes []messenger.TokenHash) error {
			if err := auth.PublishEndedSessions(ctx, caches.shared, hashes); err != nil {
				return fmt.Errorf("the sessions are ended, but this could not be written to Redis: servers may accept them for 60 s: %w", err)
			}
			return nil
		}
	}
	passwords := password.NewHasher(password.Recommended, runtime.GOMAXPROCS(0), 1)
	return work(messenger.NewOperator(opened, passwords, notify))
}

// openShared opens a database for use while servers run. It fails if the schema is not up to
// date.
func openShared(ctx context.Context, cfg config.Config, log *slog.Logger) (operatorStore, error) {
	if len(cfg.Database.Hosts) == 0 {
		return sqlite.OpenShared(ctx, sqlite.Options{
			Directory: cfg.Database.DataDir, LockWait: dataDirWait, LogSQL: bool(cfg.Database.Echo),
		}, log)
	}
	opened, err := postgres.Open(postgresOptions(cfg.Database), log)
	if err != nil {
		return nil, err
	}
	if err := opened.CheckSchema(ctx, true); err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return opened, nil
}

// openReadOnly is openShared for commands that only read.
func openReadOnly(ctx context.Context, cfg config.Config, log *slog.Logger) (operatorStore, error) {
	if len(cfg.Database.Hosts) == 0 {
		return sqlite.OpenReadOnly(ctx, sqlite.Options{Directory: cfg.Database.DataDir}, log)
	}
	return openShared(ctx, cfg, log)
}
