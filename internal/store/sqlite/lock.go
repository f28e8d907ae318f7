package sqlite

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockName is the file that the serving process holds locked. It stays when the
// process ends; only the lock on it counts, and that ends with the process.
const lockName = "messenger.lock"

const lockRetryPause = 100 * time.Millisecond

// commandsLockName is the file that commands beside the serving process hold
// locked together while they write, so that nobody replaces the database under
// them.
const commandsLockName = "messenger.commands.lock"

// LockedError says that another process serves from the directory.
type LockedError struct {
	Directory string
	// Waited is how long this process hoped for the other one's end.
	Waited time.Duration
}

// Error implements error, for the person who started the process.
func (e *LockedError) Error() string {
	return fmt.Sprintf("another process serves from the data directory %s, and still did after %v; "+
		"end it, or choose another directory", e.Directory, e.Waited)
}

// lockForCommand is held by each command that writes beside the serving process.
func lockForCommand(ctx context.Context, directory string, wait time.Duration) (*flock.Flock, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	lock := flock.New(filepath.Join(directory, commandsLockName))
	if _, err := lock.TryRLockContext(ctx, lockRetryPause); err != nil {
		return nil, fmt.Errorf("wait for a restore in %s: %w", directory, err)
	}
	return lock, nil
}

// shutCommandsOut waits for those commands to end, and lets none in.
func shutCommandsOut(ctx context.Context, directory string, wait time.Duration) (*flock.Flock, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	lock := flock.New(filepath.Join(directory, commandsLockName))
	if _, err := lock.TryLockContext(ctx, lockRetryPause); err != nil {
		return nil, fmt.Errorf("wait for the commands that work in %s: %w", directory, err)
	}
	return lock, nil
}

// lockDirectory takes the directory for this process, waiting for another one
// to end if there is one.
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
