package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"messenger-api/internal/atomicfile"
)

// replacedLayout formats the time in the name of a replaced database.
const replacedLayout = "20060102T150405.000Z"

// Restore replaces the database of the directory by a copy of the file from, such as Backup
// makes. The replaced database is kept under another name: kept is its path, empty if there was
// none. The replacement is atomic. The error is a *LockedError where another process keeps the
// directory locked for longer than LockWait.
func Restore(ctx context.Context, options Options, from string, log *slog.Logger) (kept string, err error) {
	if from, err = filepath.Abs(from); err != nil {
		return "", fmt.Errorf("find the backup: %w", err)
	}
	// If from is another link to the database, SQLite would not find its log there.
	if sameFile(from, filepath.Join(options.Directory, fileName)) {
		return "", fmt.Errorf("%s is the database in %s itself", from, options.Directory)
	}
	if err := inspect(ctx, from); err != nil {
		return "", err
	}
	directory, err := makeDirectory(options.Directory)
	if err != nil {
		return "", err
	}
	lock, err := lockDirectory(ctx, directory, options.LockWait, log)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	commands, err := lockCommandsExclusive(ctx, directory, options.LockWait)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, commands.Unlock()) }()

	path := filepath.Join(directory, fileName)
	fresh, err := atomicfile.Create(path, true)
	if err != nil {
		return "", err
	}
	defer fresh.Discard()
	if err := copyDatabase(ctx, from, fresh.Name()); err != nil {
		return "", err
	}
	// The file may have changed since it was inspected.
	if err := inspect(ctx, fresh.Name()); err != nil {
		return "", err
	}
	if kept, err = keepReplaced(ctx, path); err != nil {
		return "", fmt.Errorf("put the present database kept: %w", err)
	}
	return kept, fresh.Commit()
}

// keepReplaced links the database to a second name. The first one remains until it is replaced,
// so that the directory always has a database.
func keepReplaced(ctx context.Context, path string) (kept string, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	kept = path + replacedInfix + time.Now().UTC().Format(replacedLayout)
	failure := emptyLog(ctx, path)
	if busy(failure) || errors.Is(failure, errInUse) {
		return "", failure
	}
	if err := os.Link(path, kept); err != nil {
		return "", err
	}
	// The log is renamed, too: SQLite would use it for the new database. It is empty unless the
	// old database is damaged, so that it could not be checkpointed.
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+suffix, kept+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return kept, nil
}

// errInUse is returned where the log can't be truncated because a reader needs it.
var errInUse = errors.New("another program has the database open")

// emptyLog checkpoints and truncates the write-ahead log of a database file.
func emptyLog(ctx context.Context, path string) (err error) {
	database, err := openFile(ctx, path, []string{"mode=rw", "_busy_timeout=5000"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	var blocked bool
	var pages, moved int
	if err := database.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&blocked, &pages, &moved); err != nil {
		return err
	}
	if blocked {
		return errInUse
	}
	return nil
}
