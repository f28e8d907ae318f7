package sqlite

import (
	"context"
	"database/sql"
	"time"
)

const (
	// filling remains true until BuildIndex ends the fill, however much is indexed meanwhile.
	selectFilling = `
		SELECT coalesce((SELECT filling FROM search_versions WHERE version = ?1), 0)`
	updateFilling = `
		UPDATE search_versions SET filling = ?2 WHERE version = ?1`
	selectAlmostEmpty = `
		SELECT indexed * 10 <= there AND there - indexed >= ? FROM (
			SELECT (SELECT coalesce(sum(seq), 0) FROM search_positions) AS indexed, (SELECT coalesce(sum(last_seq), 0) FROM chats) AS there
		)`
	// A negative number makes FTS5 begin to merge all segments, and a positive one continue; each
	// call merges about that many pages.
	mergeIndex = `
		INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)`
	selectChanges = `
		SELECT total_changes()`
)

// mergePages is how many pages one transaction merges; sends wait meanwhile.
const mergePages = 64

// DeferIndexBuild implements search.Index.
func (s *Store) DeferIndexBuild(ctx context.Context, least int64) (deferred bool, err error) {
	if deferred, err = s.filling(ctx); err != nil || deferred {
		return deferred, err
	}
	reads, cancel := readContext(ctx)
	defer cancel()
	err = s.searching().QueryRowContext(reads, s.versioned(selectAlmostEmpty), least).Scan(&deferred)
	if err != nil || !deferred {
		return false, s.failure(err)
	}
	return true, s.setFilling(ctx, true)
}

func (s *Store) filling(ctx context.Context) (filling bool, err error) {
	ctx, cancel := readContext(ctx)
	defer cancel()
	err = s.searching().QueryRowContext(ctx, selectFilling, s.analyser).Scan(&filling)
	return filling, s.failure(err)
}

func (s *Store) setFilling(ctx context.Context, filling bool) error {
	return s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, updateFilling, s.analyser, filling)
		return err
	})
}

// fillBatchTime is how long sends wait at most.
const fillBatchTime = 20 * time.Millisecond

// FillBatchTime implements search.Index.
func (s *Store) FillBatchTime() time.Duration { return fillBatchTime }

// BuildIndex implements search.Index. It merges the segments of the full-text index, so that a
// search reads fewer of them.
func (s *Store) BuildIndex(ctx context.Context, pause func(took time.Duration)) error {
	filling, err := s.filling(ctx)
	if err != nil || !filling {
		return err
	}
	for pages, more := -mergePages, true; more; pages = mergePages {
		if err := ctx.Err(); err != nil {
			return err
		}
		started := time.Now()
		if more, err = s.merge(ctx, pages); err != nil {
			return err
		}
		pause(time.Since(started))
	}
	return s.setFilling(ctx, false)
}

// merge reports whether there is more to merge; FTS5 counts one change when it merged nothing.
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
