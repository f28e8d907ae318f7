package server

import (
	"context"
	"log/slog"
	"time"

	"messenger-api/internal/apps"
	"messenger-api/internal/outage"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/sqlite"
)

// changePollInterval is the interval at which the embedded database is checked for changes
// by commands.
const changePollInterval = time.Second

// monitorDatabase returns the background work that detects failovers of PostgreSQL, or changes
// of the embedded database by commands.
func monitorDatabase(opened backends, log *slog.Logger) apps.App {
	if store, ok := opened.database.(*postgres.Store); ok {
		return apps.App{Run: store.WatchHosts}
	}
	return clearOnExternalChanges(opened, log)
}

// clearOnExternalChanges returns background work that clears the cache after another process
// has changed the embedded database, as the commands user and sessions do. The first check is
// made before it returns, while nothing is cached yet, so that no change is missed.
func clearOnExternalChanges(opened backends, log *slog.Logger) apps.App {
	store, ok := opened.database.(*sqlite.Store)
	if !ok {
		return apps.App{}
	}
	failing := outage.Log{
		Logger: log, Remind: outage.Remind, Lost: "checking whether a command changed the database failed: the cache is cleared until it succeeds",
		Still: "checking whether a command changed the database still fails", Found: "checking whether a command changed the database succeeds again",
	}
	changes := store.ChangeDetector()
	_, _ = changes.Changed(context.Background()) // after an error the next call reports a change
	return apps.App{Run: func(ctx context.Context) error {
		for pause(ctx, changePollInterval); ctx.Err() == nil; pause(ctx, changePollInterval) {
			changed, err := changes.Changed(ctx)
			if err == nil {
				failing.End()
			}
			switch {
			case ctx.Err() != nil:
			case err != nil:
				failing.Report(err)
				opened.caches.memory.Clear(cachePause)
			case changed:
				log.InfoContext(ctx, "a command changed the database: the cache is cleared")
				opened.caches.memory.Clear(cachePause)
			}
		}
		return nil
	}}
}

// pause waits for the duration, or until ctx ends.
func pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
