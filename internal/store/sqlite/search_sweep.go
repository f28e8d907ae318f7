package sqlite

import (
	"context"
	"database/sql"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// The pause doubles with each publication, up to an hour. While due_at is NULL, before the
	// task is published again for the first time, the task is due at created_at plus the pause.
	// The first condition is the expression of the index.
	claimDueTasks = `
		UPDATE search_tasks SET status = 1, lease_ends_at = NULL, published_again = published_again + 1,
			due_at = ?1 + min(?2 << min(published_again + 1, 20), 3600000000)
		WHERE task_id IN (
			SELECT task_id FROM search_tasks
			WHERE confirmed = 1 AND ended_at IS NULL AND coalesce(lease_ends_at, due_at, created_at) <= ?1
				AND coalesce(lease_ends_at, due_at, created_at + ?2) <= ?1
			ORDER BY coalesce(lease_ends_at, due_at, created_at) LIMIT ?3)
		RETURNING task_id`
	requeueTasks = `
		UPDATE search_tasks SET status = 1, lease_ends_at = NULL, due_at = ?
		WHERE task_id IN (SELECT task_id FROM search_tasks WHERE confirmed = 1 AND status IN (1, 2))`
	// Results are deleted by ON DELETE CASCADE.
	deleteTasks = `
		DELETE FROM search_tasks WHERE task_id IN (
			SELECT task_id FROM search_tasks WHERE ended_at < ?
			UNION ALL
			SELECT task_id FROM search_tasks WHERE confirmed = 0 AND created_at < ?
			LIMIT ?)`
	countTasks = `
		SELECT status, count(*) FROM search_tasks WHERE confirmed = 1 GROUP BY status`
	selectOldestWaiting = `
		SELECT min(created_at) FROM search_tasks WHERE confirmed = 1 AND ended_at IS NULL AND status = 1 AND progress IS NULL`
)

// ClaimDueTasks implements search.Tasks.
func (s *Store) ClaimDueTasks(
	ctx context.Context, now time.Time, pause time.Duration, limit int,
) (due []messenger.ID, err error) {
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, claimDueTasks, now.UnixMicro(), pause.Microseconds(), limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var task messenger.ID
			if err := rows.Scan(blob{task[:]}); err != nil {
				return err
			}
			due = append(due, task)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	return due, nil
}

// RequeueTasks implements search.Tasks.
func (s *Store) RequeueTasks(ctx context.Context, now time.Time) error {
	_, err := s.write(ctx, requeueTasks, now.UnixMicro())
	return err
}

// DeleteTasks implements search.Tasks.
func (s *Store) DeleteTasks(ctx context.Context, endedBefore, unconfirmedBefore time.Time, limit int) (int, error) {
	deleted, err := s.write(ctx, deleteTasks, endedBefore.UnixMicro(), unconfirmedBefore.UnixMicro(), limit)
	return int(deleted), err
}

// CountTasks implements search.Tasks.
func (s *Store) CountTasks(ctx context.Context) (map[search.Status]int, error) {
	ctx, cancel := readContext(ctx)
	defer cancel()
	rows, err := s.readers.QueryContext(ctx, countTasks)
	if err != nil {
		return nil, s.failure(err)
	}
	defer rows.Close()
	counts := map[search.Status]int{}
	for rows.Next() {
		var status search.Status
		var count int
		if err := rows.Scan(&status, &count); err != nil {
			return nil, s.failure(err)
		}
		counts[status] = count
	}
	if err := rows.Err(); err != nil {
		return nil, s.failure(err)
	}
	return counts, nil
}

// OldestWaiting implements search.Tasks.
func (s *Store) OldestWaiting(ctx context.Context) (oldest time.Time, err error) {
	ctx, cancel := readContext(ctx)
	defer cancel()
	err = s.readers.QueryRowContext(ctx, selectOldestWaiting).Scan(moment{&oldest})
	return oldest, s.failure(err)
}
