package server

import (
	"context"
	"log/slog"
	"time"

	"messenger-api/internal/apps"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/sqlite"
)

// watchEvery is the pause between two questions whether a command changed the
// embedded database.
const watchEvery = time.Second

// watchDatabase looks after what others do to the database.
func watchDatabase(opened backends, log *slog.Logger) apps.App {
	if store, ok := opened.database.(*postgres.Store); ok {
		return apps.App{Run: store.WatchHosts}
	}
	return watchCommands(opened, log)
}

// watchCommands drops what is cached once another process has changed the
// embedded database: the commands user and sessions do. It looks for the first
// time before it returns, so nothing is cached yet that could be missed.
func watchCommands(opened backends, log *slog.Logger) apps.App {
	store, ok := opened.database.(*sqlite.Store)
	if !ok {
		return apps.App{}
	}
	changes := store.ChangeDetector()
	_, _ = changes.Changed(context.Background()) // what it could not see now it takes for a change later
	return apps.App{Run: func(ctx context.Context) error {
		for pause(ctx, watchEvery); ctx.Err() == nil; pause(ctx, watchEvery) {
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
