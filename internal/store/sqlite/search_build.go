package sqlite

import (
	"context"
	"database/sql"
)

const (
	selectAlmostEmpty = `
		SELECT indexed * 10 <= there AND there - indexed >= ? FROM (
			SELECT (SELECT coalesce(sum(seq), 0) FROM search_positions) AS indexed, (SELECT coalesce(sum(last_seq), 0) FROM chats) AS there
		)`
	// With a negative number FTS5 begins to merge all that there is, and with a positive one it goes on, each
	// time by about so many pages.
	mergeIndex = `
		INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)`
	selectChanges = `
		SELECT total_changes()`
)

// mergePages is how much one transaction merges: no message can be sent meanwhile.
const mergePages = 64

// DeferIndexBuild implements search.Index.
func (s *Store) DeferIndexBuild(ctx context.Context, least int64) (toFill bool, err error) {
	ctx, cancel := reading(ctx)
	defer cancel()
	err = s.searching().QueryRowContext(ctx, s.versioned(selectAlmostEmpty), least).Scan(&toFill)
	if toFill {
		s.mergeNeeded.Store(true)
	}
	return toFill, s.failure(err)
}

// BuildIndex implements search.Index: once the index is filled its parts are merged, so that a search has
// fewer of them to look into.
func (s *Store) BuildIndex(ctx context.Context) error {
	for pages, more := -mergePages, s.mergeNeeded.Load(); more; pages = mergePages {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if more, err = s.merge(ctx, pages); err != nil {
			return err
		}
	}
	s.mergeNeeded.Store(false)
	return nil
}

// merge reports whether there is more to merge: FTS5 counts one change when it did nothing.
func (s *Store) merge(ctx context.Context, pages int) (more bool, err error) {
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var before, after int64
		if err := tx.QueryRowContext(ctx, selectChanges).Scan(&before); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, s.versioned(mergeIndex), pages); err != nil {
			return err
		}
		err := tx.QueryRowContext(ctx, selectChanges).Scan(&after)
		more = after-before > 1
		return err
	})
	return more, err
}
