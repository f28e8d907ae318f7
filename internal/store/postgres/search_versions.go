package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/store"
)

const (
	lockVersions = `
		LOCK TABLE search_versions IN EXCLUSIVE MODE`
	selectVersions = `
		SELECT version, suffix, used FROM search_versions`
	upsertVersion = `
		INSERT INTO search_versions (version, suffix, used) VALUES ($1, $2, $3)
		ON CONFLICT (version) DO UPDATE SET used = excluded.used WHERE search_versions.used < excluded.used`
	deleteVersion = `
		DELETE FROM search_versions WHERE version = $1`
	truncateIndex = `
		TRUNCATE search_index, search_positions`
	dropIndex = `
		DROP TABLE IF EXISTS search_index, search_positions`
)

// createIndex creates the tables of another version like those of the migrations. withSuffix
// adds the suffix to all names but those after an @.
var createIndex = []string{
	`CREATE TABLE search_positions (LIKE @search_positions INCLUDING ALL) WITH (fillfactor = 50)`,
	`CREATE TABLE search_index (LIKE @search_index INCLUDING DEFAULTS INCLUDING STORAGE, PRIMARY KEY (chat_number, seq))`,
	`CREATE INDEX search_index_words ON search_index USING gin (words) WITH (fastupdate = off)`,
	`ALTER TABLE search_index ALTER COLUMN words SET STATISTICS 0`,
}

// versioned returns a statement with the table names of the index of this process's analyser.
func (s *Store) versioned(statement string) string {
	if suffix := s.suffix.Load(); suffix != nil {
		return withSuffix(statement, *suffix)
	}
	return statement
}

// withSuffix adds the suffix to the names of an index's tables, but not to those after an @.
func withSuffix(statement, suffix string) string {
	return strings.NewReplacer("@search_", "search_", "search_index", "search_index"+suffix, "search_positions", "search_positions"+suffix).
		Replace(statement)
}

// useIndex finds or creates the index of this process's analyser, and removes obsolete ones.
func (s *Store) useIndex(ctx context.Context) error {
	var obsolete []store.IndexVersion
	err := s.inTransaction(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockVersions); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, selectVersions)
		if err != nil {
			return err
		}
		existing, err := pgx.CollectRows(rows, pgx.RowToStructByPos[store.IndexVersion])
		if err != nil {
			return err
		}
		own, isNew, old := store.ChooseIndex(existing, s.analyser)
		obsolete = old
		if isNew && own.Suffix != "" {
			for _, statement := range createIndex {
				if _, err := tx.Exec(ctx, withSuffix(statement, own.Suffix)); err != nil {
					return err
				}
			}
		}
		s.suffix.Store(&own.Suffix)
		_, err = tx.Exec(ctx, upsertVersion, own.Version, own.Suffix, own.Used)
		return err
	})
	for _, one := range obsolete {
		if failure := s.removeIndex(ctx, one); failure != nil {
			s.log.WarnContext(ctx, "an old search index was not removed; tried again at the next start", "error", failure)
		}
	}
	return err
}

func (s *Store) removeIndex(ctx context.Context, old store.IndexVersion) error {
	return s.inTransaction(ctx, func(tx pgx.Tx) error {
		statement := truncateIndex
		if old.Suffix != "" {
			statement = withSuffix(dropIndex, old.Suffix)
		}
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, deleteVersion, old.Version)
		return err
	})
}
