package sqlite

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockName is the file that the serving process locks. The file remains after the process; the
// lock ends with it.
const lockName = "messenger.lock"

const lockRetryPause = 100 * time.Millisecond

// commandsLockName is the file that commands lock, shared, while they use the database of a
// serving process, and a restore locks, exclusively, before it replaces the database.
const commandsLockName = "messenger.commands.lock"

// LockedError is returned where another process serves from the directory.
type LockedError struct {
	Directory string
	// Waited is how long this process has waited for the lock.
	Waited time.Duration
}

// Error implements error; the text says what to do.
func (e *LockedError) Error() string {
	return fmt.Sprintf("another process serves from the data directory %s, and still did after %v; "+
		"end it, or choose another directory", e.Directory, e.Waited)
}

// lockCommandsShared waits for a restore, and keeps others from starting.
func lockCommandsShared(ctx context.Context, directory string, wait time.Duration) (*flock.Flock, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	lock := flock.New(filepath.Join(directory, commandsLockName))
	if _, err := lock.TryRLockContext(ctx, lockRetryPause); err != nil {
		return nil, fmt.Errorf("wait for a restore in %s: %w", directory, err)
	}
	return lock, nil
}

// lockCommandsExclusive waits for commands that use the database, and keeps others from starting.
func lockCommandsExclusive(ctx context.Context, directory string, wait time.Duration) (*flock.Flock, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	lock := flock.New(filepath.Join(directory, commandsLockName))
	if _, err := lock.TryLockContext(ctx, lockRetryPause); err != nil {
		return nil, fmt.Errorf("wait for the commands that work in %s: %w", directory, err)
	}
	return lock, nil
}

// lockDirectory locks the directory, and waits for another process that serves from it.
func lockDirectory(ctx context.Context, directory string, wait time.Duration, log *slog.Logger) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(directory, lockName))
	locked, err := lock.TryLock()
	if err == nil && !locked && wait > 0 {
		log.InfoContext(ctx, "another process serves from the data directory: waiting for its end",
			"directory", directory, "at_most", wait.String())
		waiting, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		locked, err = lock.TryLockContext(waiting, lockRetryPause)
		if waiting.Err() != nil && ctx.Err() == nil {
			err = nil
		}
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock the data directory %s: %w", directory, err)
	case !locked:
		return nil, &LockedError{directory, wait}
	}
	return lock, nil
}
