package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"

	"messenger-api/internal/store"
)

const (
	selectIsVersioned = `
		SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'goose_db_version')`
	selectApplied = `
		SELECT version_id, tstamp FROM goose_db_version WHERE is_applied = 1`
)

// Status lists the migrations that this binary knows, in order. It takes no lock and changes
// nothing, so another process may serve from the directory. Where there is no database, none is
// applied.
func Status(ctx context.Context, directory string) ([]store.Migration, error) {
	applied, err := appliedMigrations(ctx, directory)
	if err != nil {
		return nil, fmt.Errorf("read the migrations of the database: %w", err)
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	steps := make([]store.Migration, 0, len(files))
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return nil, err
		}
		steps = append(steps, store.Migration{Version: version, Name: path.Base(file), AppliedAt: applied[version]})
	}
	return steps, nil
}

// appliedMigrations returns when each version was applied.
func appliedMigrations(ctx context.Context, directory string) (_ map[int64]time.Time, err error) {
	file, err := filepath.Abs(filepath.Join(directory, fileName))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	database, err := openFile(ctx, file, statusSettings)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	var versioned bool
	if err := database.QueryRowContext(ctx, selectIsVersioned).Scan(&versioned); err != nil || !versioned {
		return nil, err
	}
	rows, err := database.QueryContext(ctx, selectApplied)
	if err != nil {
		return nil, err
	}
	applied := map[int64]time.Time{}
	defer rows.Close()
	for rows.Next() {
		var version int64
		var at time.Time
		if err := rows.Scan(&version, &at); err != nil {
			return nil, err
		}
		applied[version] = at.UTC()
	}
	return applied, rows.Err()
}
