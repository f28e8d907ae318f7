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

// asideLayout names a database that was put aside.
const asideLayout = "20060102T150405.000Z"

// Restore puts the database of a file, such as Backup made, in the place of the
// one in the directory, which is put aside: kept is its path, empty where there
// was none. The file stays as it is. Whatever happens meanwhile, the directory
// has the old database or the new one. The error is a *LockedError when another
// process keeps the directory for longer than LockWait.
func Restore(ctx context.Context, options Options, from string, log *slog.Logger) (kept string, err error) {
	if from, err = filepath.Abs(from); err != nil {
		return "", fmt.Errorf("find the backup: %w", err)
	}
	// Under another name of the database SQLite would not find its log.
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
	commands, err := shutCommandsOut(ctx, directory, options.LockWait)
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
	// What was inspected may have been changed since.
	if err := inspect(ctx, fresh.Name()); err != nil {
		return "", err
	}
	if kept, err = putAside(ctx, path); err != nil {
		return "", fmt.Errorf("put the present database aside: %w", err)
	}
	return kept, fresh.Commit()
}

// putAside gives the database a second name. It keeps the first one until
// another file takes that, so that the directory is never without a database.
func putAside(ctx context.Context, path string) (aside string, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	aside = path + asideInfix + time.Now().UTC().Format(asideLayout)
	failure := emptyLog(ctx, path)
	if busy(failure) || errors.Is(failure, errInUse) {
		return "", failure
	}
	if err := os.Link(path, aside); err != nil {
		return "", err
	}
	// Under their old names the log and its index would be taken for the new
	// database's. There is something in them only where the old one is damaged,
	// which may be why another one is restored.
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return aside, nil
}

// errInUse says that the log can't be emptied while somebody reads from it.
var errInUse = errors.New("another program has the database open")

// emptyLog brings all of the write-ahead log into the database.
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
