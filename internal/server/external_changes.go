package server

import (
	"context"
	"log/slog"
	"time"

	"messenger-api/internal/apps"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/sqlite"
)

// changePollInterval is how often it is checked whether a command changed the embedded
// database.
const changePollInterval = time.Second

// monitorDatabase watches for failovers of PostgreSQL, and for changes that commands make
// to the embedded database.
func monitorDatabase(opened backends, log *slog.Logger) apps.App {
	if store, ok := opened.database.(*postgres.Store); ok {
		return apps.App{Run: store.WatchHosts}
	}
	return clearOnExternalChanges(opened, log)
}

// clearOnExternalChanges clears the cache after another process has changed the embedded
// database, as the commands user and sessions do. It checks for the first time before it
// returns, while nothing is cached yet, so that no change is missed.
func clearOnExternalChanges(opened backends, log *slog.Logger) apps.App {
	store, ok := opened.database.(*sqlite.Store)
	if !ok {
		return apps.App{}
	}
	changes := store.ChangeDetector()
	_, _ = changes.Changed(context.Background()) // after an error the next call reports a change
	return apps.App{Run: func(ctx context.Context) error {
		for pause(ctx, changePollInterval); ctx.Err() == nil; pause(ctx, changePollInterval) {
			changed, err := changes.Changed(ctx)
			switch {
			case ctx.Err() != nil:
			case err != nil:
				log.WarnContext(ctx, "not seen whether a command changed the database: what was cached is dropped", "error", err)
				opened.caches.memory.Clear(cachePause)
			case changed:
				log.InfoContext(ctx, "a command changed the database: what was cached is dropped")
				opened.caches.memory.Clear(cachePause)
			}
		}
		return nil
	}}
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
