package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/search"
)

// buildLock is the key of the advisory lock that is held while the GIN index is built.
const buildLock = 0x73656172636801

const (
	selectAlmostEmpty = `
		SELECT indexed * 10 <= there AND there - indexed >= $1 FROM (
			SELECT (SELECT coalesce(sum(seq), 0) FROM search_positions) AS indexed, (SELECT coalesce(sum(last_seq), 0) FROM chats) AS there
		) counts`
	lockPositionsTable = `
		LOCK TABLE search_positions, search_index IN ACCESS EXCLUSIVE MODE`
	dropWords = `
		DROP INDEX IF EXISTS search_index_words`
	tryBuildLock = `
		SELECT pg_try_advisory_lock($1)`
	withoutTimeouts = `
		SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false),
			set_config('maintenance_work_mem', '256MB', false)`
	// CONCURRENTLY blocks no reads and writes.
	buildWords = `
		CREATE INDEX CONCURRENTLY search_index_words ON search_index USING gin (words) WITH (fastupdate = off)`
)

// DeferIndexBuild implements search.Store. It drops the GIN index: to build it once over all
// messages is several times as fast as to extend it by each.
func (s *Store) DeferIndexBuild(ctx context.Context, least int64) (bool, error) {
	var built, toFill bool
	if err := s.pool.QueryRow(ctx, s.versioned(selectWordsIndexed)).Scan(&built); err != nil || !built {
		return err == nil, s.failure(err)
	}
	if err := s.pool.QueryRow(ctx, s.versioned(selectAlmostEmpty), least).Scan(&toFill); err != nil || !toFill {
		return false, s.failure(err)
	}
	err := s.inTransaction(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, s.versioned(lockPositionsTable)); err != nil {
			return err
		}
		// Another process may have begun to fill it before the lock was taken.
		if err := tx.QueryRow(ctx, s.versioned(selectAlmostEmpty), least).Scan(&toFill); err != nil || !toFill {
			return err
		}
		_, err := tx.Exec(ctx, s.versioned(dropWords))
		return err
	})
	return toFill && err == nil, err
}

// fillBatchTime makes what each batch costs beside its messages small. No send waits for a batch, and a search whose chats
// are in it waits as long at most.
const fillBatchTime = 200 * time.Millisecond

// FillBatchTime implements search.Store.
func (s *Store) FillBatchTime() time.Duration { return fillBatchTime }

// BuildIndex implements search.Store.
func (s *Store) BuildIndex(ctx context.Context, _ func(time.Duration)) error {
	var built, locked bool
	if err := s.pool.QueryRow(ctx, s.versioned(selectWordsIndexed)).Scan(&built); err != nil || built {
		return s.failure(err)
	}
	connection, err := s.pool.Acquire(ctx)
	if err != nil {
		return s.failure(err)
	}
	defer func() { // the lock and the settings end with the connection
		_ = connection.Conn().Close(context.WithoutCancel(ctx)) // the server may be gone
		connection.Release()
	}()
	if err := connection.QueryRow(ctx, tryBuildLock, int64(buildLock)).Scan(&locked); err != nil || !locked {
		return s.failure(err)
	}
	for _, statement := range []string{withoutTimeouts, dropWords, buildWords} {
		if _, err := connection.Exec(ctx, s.versioned(statement), pgx.QueryExecModeSimpleProtocol); err != nil {
			return s.failure(slow(err))
		}
	}
	return nil
}

var _ search.Store = (*Store)(nil)
