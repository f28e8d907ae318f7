package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"messenger-api/internal/store"
)

// copySettings are the settings of a connection for VACUUM INTO, which query_only would forbid.
var copySettings = []string{"mode=ro", "_busy_timeout=5000", "_dqs=0"}

// selectIsOurs reports whether a database is one of this service.
const selectIsOurs = `
	SELECT count(*) = 3 FROM sqlite_schema WHERE type = 'table' AND name IN ('goose_db_version', 'accounts', 'events')`

// Backup copies a snapshot of the database in the directory to target, an empty file, and checks
// the copy's integrity. Another process may serve from the directory meanwhile. The caller syncs
// target.
func Backup(ctx context.Context, directory, target string) (err error) {
	path, lock, err := lockDatabase(ctx, directory)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	if err := copyDatabase(ctx, path, target); err != nil {
		return err
	}
	return inspect(ctx, target)
}

// copyDatabase copies a database file, including its write-ahead log, to an empty file.
func copyDatabase(ctx context.Context, from, to string) (err error) {
	source, err := openFile(ctx, from, copySettings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if _, err := source.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return nil
}

// inspect returns an error unless the file is an intact database of this service, with a schema
// that this binary knows.
func inspect(ctx context.Context, path string) (err error) {
	database, err := readFile(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	var ours bool
	if err := database.QueryRowContext(ctx, selectIsOurs).Scan(&ours); err != nil {
		return fmt.Errorf("%s can't be read: %w", path, err)
	}
	if !ours {
		return fmt.Errorf("%s is no database of messenger-api", path)
	}
	known, err := knownVersion()
	if err != nil {
		return err
	}
	found, err := schemaVersion(ctx, database)
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", path, err)
	}
	if found > known {
		return fmt.Errorf("%s: %w", path, &store.SchemaError{Found: found, Want: known})
	}
	return checkIntegrity(ctx, database, path)
}

func checkIntegrity(ctx context.Context, database *sql.DB, path string) error {
	var verdict string
	if err := database.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	if verdict != "ok" {
		return fmt.Errorf("%s is damaged: %s", path, verdict)
	}
	return nil
}
