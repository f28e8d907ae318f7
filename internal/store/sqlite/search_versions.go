package sqlite

import (
	"context"
	"database/sql"
	"strings"

	"messenger-api/internal/store"
)

const (
	selectVersions = `
		SELECT version, suffix, used FROM search_versions`
	upsertVersion = `
		INSERT INTO search_versions (version, suffix, used) VALUES (?1, ?2, ?3)
		ON CONFLICT (version) DO UPDATE SET used = excluded.used`
	deleteVersion = `
		DELETE FROM search_versions WHERE version = ?`
	// The tables of another version are created by the statements of the migrations' tables.
	selectIndexTables = `
		SELECT sql FROM sqlite_schema WHERE type = 'table' AND name IN ('search_index', 'search_positions')`
)

var (
	truncateIndex = []string{`INSERT INTO search_index (search_index) VALUES ('delete-all')`, `DELETE FROM search_positions`}
	// DROP TABLE of an FTS5 table does not drop the table of its unindexed columns.
	dropIndex = []string{`DROP TABLE search_index`, `DROP TABLE IF EXISTS search_index_content`, `DROP TABLE search_positions`}
)

// versioned returns a statement with the table names of the index of this process's analyser.
func (s *Store) versioned(statement string) string {
	if suffix := s.suffix.Load(); suffix != nil {
		return withSuffix(statement, *suffix)
	}
	return statement
}

// withSuffix adds the suffix to the names of an index's tables.
func withSuffix(statement, suffix string) string {
	if suffix == "" {
		return statement
	}
	return strings.NewReplacer("search_index", "search_index"+suffix, "search_positions", "search_positions"+suffix).Replace(statement)
}

// useIndex finds or creates the index of this process's analyser, and removes obsolete ones.
func (s *Store) useIndex(ctx context.Context) error {
	return s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		existing, err := rowsOf(ctx, tx, selectVersions, func(rows *sql.Rows, one *store.IndexVersion) error {
			return rows.Scan(&one.Version, &one.Suffix, &one.Used)
		})
		if err != nil {
			return err
		}
		own, isNew, obsolete := store.ChooseIndex(existing, s.analyser)
		if isNew && own.Suffix != "" {
			statements, err := rowsOf(ctx, tx, selectIndexTables, func(rows *sql.Rows, one *string) error { return rows.Scan(one) })
			if err != nil {
				return err
			}
			if err := execute(ctx, tx, own.Suffix, statements); err != nil {
				return err
			}
		}
		for _, one := range obsolete {
			if err := removeIndex(ctx, tx, one); err != nil {
				return err
			}
		}
		s.suffix.Store(&own.Suffix)
		_, err = tx.ExecContext(ctx, upsertVersion, own.Version, own.Suffix, own.Used)
		return err
	})
}

func removeIndex(ctx context.Context, tx *sql.Tx, old store.IndexVersion) error {
	statements := truncateIndex
	if old.Suffix != "" {
		statements = dropIndex
	}
	if err := execute(ctx, tx, old.Suffix, statements); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, deleteVersion, old.Version)
	return err
}

func execute(ctx context.Context, tx *sql.Tx, suffix string, statements []string) error {
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, withSuffix(statement, suffix)); err != nil {
			return err
		}
	}
	return nil
}

// rowsOf reads all rows of a query.
func rowsOf[T any](ctx context.Context, tx *sql.Tx, query string, scan func(*sql.Rows, *T) error) (read []T, err error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one T
		if err := scan(rows, &one); err != nil {
			return nil, err
		}
		read = append(read, one)
	}
	return read, rows.Err()
}
