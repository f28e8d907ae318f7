package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// The pause doubles with each publication, up to an hour. While due_at is NULL, before the
	// task is published again for the first time, the task is due at created_at plus the pause;
	// this is the second condition. The first one is the expression of the index. The exponent
	// is bounded so that the interval can't overflow. The tasks are given to the primary key as
	// an array, which leaves the planner no join to choose.
	claimDueTasks = `
		WITH due AS (
			SELECT task_id FROM search_tasks
			WHERE confirmed AND ended_at IS NULL AND coalesce(lease_ends_at, due_at, created_at) <= $1
				AND coalesce(lease_ends_at, due_at, created_at + $2::interval) <= $1
			ORDER BY coalesce(lease_ends_at, due_at, created_at) LIMIT $3 FOR UPDATE SKIP LOCKED
		)
		UPDATE search_tasks SET status = 1, lease_ends_at = NULL, published_again = published_again + 1,
			due_at = $1 + least($2::interval * power(2, least(published_again + 1, 20)), interval '1 hour')
		WHERE task_id = ANY(ARRAY(SELECT task_id FROM due)) RETURNING task_id`
	requeueTasks = `
		UPDATE search_tasks SET status = 1, lease_ends_at = NULL, due_at = $1 WHERE confirmed AND ended_at IS NULL`
	// The conditions are repeated outside the subqueries because PostgreSQL checks only those
	// again when a row was changed before it was locked.
	deleteTasks = `
		WITH old AS (
			SELECT task_id FROM search_tasks WHERE task_id = ANY(ARRAY(
				(SELECT task_id FROM search_tasks WHERE ended_at < $1 ORDER BY ended_at LIMIT $3)
				UNION
				(SELECT task_id FROM search_tasks WHERE NOT confirmed AND created_at < $2 ORDER BY created_at LIMIT $3)))
			AND (ended_at < $1 OR NOT confirmed AND created_at < $2)
			LIMIT $3 FOR UPDATE SKIP LOCKED
		)
		DELETE FROM search_tasks WHERE task_id = ANY(ARRAY(SELECT task_id FROM old)) RETURNING task_id`
	countTasks = `
		SELECT status, count(*) FROM search_tasks WHERE confirmed GROUP BY status`
	selectOldestWaiting = `
		SELECT min(created_at) FROM search_tasks WHERE confirmed AND ended_at IS NULL AND status = 1 AND progress IS NULL`
)

// ClaimDueTasks implements search.Store.
func (s *Store) ClaimDueTasks(ctx context.Context, now time.Time, pause time.Duration, limit int) ([]messenger.ID, error) {
	rows, err := s.pool.Query(ctx, claimDueTasks, now, pause, limit)
	if err != nil {
		return nil, s.failure(err)
	}
	due, err := pgx.CollectRows(rows, pgx.RowTo[messenger.ID])
	return due, s.failure(err)
}

// RequeueTasks implements search.Store.
func (s *Store) RequeueTasks(ctx context.Context, now time.Time) error {
	_, err := s.pool.Exec(ctx, requeueTasks, now)
	return s.failure(err)
}

// DeleteTasks implements search.Store.
func (s *Store) DeleteTasks(
	ctx context.Context, endedBefore, unconfirmedBefore time.Time, limit int,
) (deleted int, err error) {
	err = s.inTransaction(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, deleteTasks, endedBefore, unconfirmedBefore, limit)
		if err != nil {
			return err
		}
		tasks, err := pgx.CollectRows(rows, pgx.RowTo[[16]byte])
		if deleted = len(tasks); err != nil || deleted == 0 {
			return err
		}
		_, err = tx.Exec(ctx, deleteResultsOfTasks, tasks)
		return err
	})
	if err != nil {
		return 0, err
	}
	return deleted, nil
}

// CountTasks implements search.Store.
func (s *Store) CountTasks(ctx context.Context) (map[search.Status]int, error) {
	rows, err := s.pool.Query(ctx, countTasks)
	if err != nil {
		return nil, s.failure(err)
	}
	type statusCount struct {
		Status search.Status
		Count  int
	}
	counted, err := pgx.CollectRows(rows, pgx.RowToStructByPos[statusCount])
	if err != nil {
		return nil, s.failure(err)
	}
	counts := make(map[search.Status]int, len(counted))
	for _, one := range counted {
		counts[one.Status] = one.Count
	}
	return counts, nil
}

// OldestWaiting implements search.Store.
func (s *Store) OldestWaiting(ctx context.Context) (time.Time, error) {
	var oldest *time.Time
	err := s.pool.QueryRow(ctx, selectOldestWaiting).Scan(&oldest)
	return timeOrZero(oldest), s.failure(err)
}
