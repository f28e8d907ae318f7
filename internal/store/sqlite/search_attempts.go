package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	takeTask = `
		UPDATE search_tasks SET status = 2, attempt = attempt + 1, tries = tries + 1, lease_ends_at = ?
		WHERE task_id = ? AND (status = 1 OR status = 2 AND lease_ends_at <= ?)`
	renewTask = `
		UPDATE search_tasks SET lease_ends_at = ? WHERE task_id = ? AND attempt = ? AND status = 2`
	releaseTask = `
		UPDATE search_tasks SET status = 1, lease_ends_at = NULL, tries = tries - iif(?, 0, 1)
		WHERE task_id = ? AND attempt = ? AND status = 2`
	pauseTask = `
		UPDATE search_tasks SET status = 1, lease_ends_at = NULL, tries = 0, progress = ?, done = max(done, ?), due_at = ?
		WHERE task_id = ? AND attempt = ? AND status = 2`
	succeedTask = `
		UPDATE search_tasks SET status = 3, lease_ends_at = NULL, ended_at = ?, done = 1, progress = NULL, more = ?,
			newest_created_at = ?, newest_message_id = ?, oldest_created_at = ?, oldest_message_id = ?
		WHERE task_id = ? AND attempt = ? AND status = 2`
	failTask = `
		UPDATE search_tasks SET status = 4, lease_ends_at = NULL, ended_at = ?, progress = NULL
		WHERE task_id = ? AND status < 3`
	// Results are sorted from the newest to the oldest: a later position is smaller.
	advanceTask = `
		UPDATE search_tasks SET confirmed_created_at = ?2, confirmed_message_id = ?3
		WHERE task_id = ?1 AND (confirmed_created_at, confirmed_message_id) > (?2, ?3)`
	selectConfirmed = `
		SELECT confirmed_created_at, confirmed_message_id FROM search_tasks WHERE task_id = ?`
)

// TakeTask implements search.Tasks.
func (s *Store) TakeTask(
	ctx context.Context, id messenger.ID, now, leaseEnd time.Time,
) (task search.Task, taken bool, err error) {
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var err error
		taken, err = changes(tx.ExecContext(ctx, takeTask, leaseEnd.UnixMicro(), id[:], now.UnixMicro()))
		if err != nil || !taken {
			return err
		}
		task, _, err = scanTask(tx.QueryRowContext(ctx, selectTask, id[:], true))
		return err
	})
	if err != nil || !taken {
		return search.Task{}, false, err
	}
	return task, true, nil
}

// RenewTask implements search.Tasks.
func (s *Store) RenewTask(ctx context.Context, task messenger.ID, attempt int, leaseEnd time.Time) (bool, error) {
	renewed, err := s.write(ctx, renewTask, leaseEnd.UnixMicro(), task[:], attempt)
	return renewed > 0, err
}

// ReleaseTask implements search.Tasks.
func (s *Store) ReleaseTask(ctx context.Context, task messenger.ID, attempt int, failed bool) error {
	_, err := s.write(ctx, releaseTask, failed, task[:], attempt)
	return err
}

// PauseTask implements search.Tasks.
func (s *Store) PauseTask(
	ctx context.Context, task messenger.ID, attempt int, progress []byte, done float64, due time.Time,
) (bool, error) {
	paused, err := s.write(ctx, pauseTask, progress, done, due.UnixMicro(), task[:], attempt)
	return paused > 0, err
}

// SucceedTask implements search.Tasks.
func (s *Store) SucceedTask(
	ctx context.Context, task messenger.ID, attempt int, outcome search.Outcome, now time.Time,
) (bool, error) {
	newest, oldest := outcome.Newest, outcome.Oldest
	succeeded, err := s.write(ctx, succeedTask, now.UnixMicro(), outcome.More, newest.CreatedAt, newest.MessageID[:],
		oldest.CreatedAt, oldest.MessageID[:], task[:], attempt)
	return succeeded > 0, err
}

// FailTask implements search.Tasks.
func (s *Store) FailTask(ctx context.Context, task messenger.ID, now time.Time) error {
	_, err := s.write(ctx, failTask, now.UnixMicro(), task[:])
	return err
}

// AdvanceTask implements search.Tasks.
func (s *Store) AdvanceTask(
	ctx context.Context, task messenger.ID, confirmed search.SortKey,
) (at search.SortKey, err error) {
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, advanceTask, task[:], confirmed.CreatedAt, confirmed.MessageID[:])
		if err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, selectConfirmed, task[:]).Scan(&at.CreatedAt, blob{at.MessageID[:]})
		if errors.Is(err, sql.ErrNoRows) {
			return errs.ErrTaskNotFound
		}
		return err
	})
	return at, err
}
