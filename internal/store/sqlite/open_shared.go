package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"

	"messenger-api/internal/store"
)

const selectVersion = `
	SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied = 1`

// errNoDatabase is returned where the directory has no database.
var errNoDatabase = errors.New("there is no database")

// restoreWait is how long a read-only command waits for a restore.
const restoreWait = 20 * time.Second

// lockDatabase returns the path of the database of a directory that another process may serve
// from. Until the lock is unlocked, no restore replaces the database.
func lockDatabase(ctx context.Context, directory string) (path string, lock *flock.Flock, err error) {
	path = filepath.Join(directory, fileName)
	if _, err := os.Stat(path); err != nil {
		return "", nil, fmt.Errorf("%w: %w", errNoDatabase, err)
	}
	lock, err = lockCommandsShared(ctx, directory, restoreWait)
	if isUnwritable(err) {
		// Without a lock: a restore can't write here, either, and reading must remain possible.
		return path, flock.New(filepath.Join(directory, commandsLockName)), nil
	}
	return path, lock, err
}

// OpenReadOnly opens the database of a directory that another process may serve from, for
// commands that only read. The file system may be read-only.
func OpenReadOnly(ctx context.Context, options Options, log *slog.Logger) (*Store, error) {
	path, lock, err := lockDatabase(ctx, options.Directory)
	if err != nil {
		return nil, err
	}
	s := &Store{log: log, lock: lock}
	s.close = sync.OnceValue(s.closeAll)
	if s.readers, err = readFile(ctx, path); err == nil {
		err = checkSchema(ctx, s.readers, true)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// OpenShared opens the database of a directory that another process may serve from, for commands
// that write. They may write to the tables accounts and sessions only, since the server caches the
// last seq of chats. There is an error if the directory has no database, or one with an older schema.
func OpenShared(ctx context.Context, options Options, log *slog.Logger) (*Store, error) {
	directory, err := filepath.Abs(options.Directory)
	if err != nil {
		return nil, fmt.Errorf("find the data directory: %w", err)
	}
	if _, err := os.Stat(filepath.Join(directory, fileName)); err != nil {
		return nil, fmt.Errorf("%w in %s: run messenger-api migrate up, or serve, first", errNoDatabase, directory)
	}
	lock, err := lockCommandsShared(ctx, directory, options.LockWait)
	if err != nil {
		return nil, err
	}
	s, err := openWith(ctx, lock, directory, options.LogSQL, log)
	if err != nil {
		return nil, err
	}
	if err := checkSchema(ctx, s.writer, true); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// readFile opens a database file for reading, with one connection.
func readFile(ctx context.Context, path string) (*sql.DB, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", errNoDatabase, path)
	}
	return openFile(ctx, path, statusSettings)
}

// openFile opens a database file for one connection with these settings.
func openFile(ctx context.Context, path string, settings []string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", path, err)
	}
	connections, err := newConnector(dataSource(path, settings), nil)
	if err != nil {
		return nil, err
	}
	database := sql.OpenDB(connections)
	database.SetMaxOpenConns(1)
	if slices.Contains(settings, readOnly) && !slices.Contains(settings, immutable) && unreadable(ctx, database) && !hasLog(path) {
		// SQLite can't create the -shm file for shared access here. As there is no log, the file can
		// be read without it, as immutable.
		return openFile(ctx, path, append(slices.Clip(settings), immutable))
	}
	return database, nil
}

const (
	readOnly  = "mode=ro"
	immutable = "immutable=1"
)

// unreadable reports whether the database can't be read for an error of the file system.
func unreadable(ctx context.Context, database *sql.DB) bool {
	var version int
	switch primaryCode(database.QueryRowContext(ctx, "PRAGMA schema_version").Scan(&version)) {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL:
		return database.Close() == nil
	}
	return false
}

// hasLog reports whether there is a write-ahead log that is not empty, as after a crash.
func hasLog(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}

// querier is a database or a transaction on it.
type querier interface {
	QueryRowContext(ctx context.Context, query string, arguments ...any) *sql.Row
}

// schemaVersion returns the version of a database's schema, 0 if it was never migrated.
func schemaVersion(ctx context.Context, from querier) (version int64, err error) {
	var versioned bool
	if err := from.QueryRowContext(ctx, selectIsVersioned).Scan(&versioned); err != nil || !versioned {
		return 0, err
	}
	err = from.QueryRowContext(ctx, selectVersion).Scan(&version)
	return version, err
}

// knownVersion returns the newest version of the schema that this binary knows.
func knownVersion() (newest int64, err error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return 0, err
		}
		newest = max(newest, version)
	}
	return newest, nil
}

// checkSchema returns a *store.SchemaError where the schema is older than this binary, or newer
// and newerToo is false, as for an export, which would miss newer columns.
func checkSchema(ctx context.Context, from querier, newerToo bool) error {
	known, err := knownVersion()
	if err != nil {
		return err
	}
	found, err := schemaVersion(ctx, from)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if found < known || found > known && !newerToo {
		return &store.SchemaError{Found: found, Want: known}
	}
	return nil
}
