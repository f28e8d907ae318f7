package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// Status 1 is WAITING, 2 IN_PROCESS, 3 SUCCESS, 4 FAILED. An attempt is valid while
// the task is IN_PROCESS under its number.
const (
	takeTask = `
		UPDATE search_tasks SET status = 2, attempt = attempt + 1, tries = tries + 1, lease_ends_at = $3
		WHERE task_id = $1 AND (status = 1 OR status = 2 AND lease_ends_at <= $2)
		RETURNING task_id, account_id, text, chat_id, user_name, sent_after, sent_before, created_at, status, attempt, tries, done,
			ended_at, newest_created_at, newest_message_id, oldest_created_at, oldest_message_id, more,
			confirmed_created_at, confirmed_message_id, progress`
	renewTask = `
		UPDATE search_tasks SET lease_ends_at = $3 WHERE task_id = $1 AND attempt = $2 AND status = 2`
	releaseTask = `
		UPDATE search_tasks SET status = 1, lease_ends_at = NULL, tries = tries - CASE WHEN $3 THEN 0 ELSE 1 END
		WHERE task_id = $1 AND attempt = $2 AND status = 2`
	pauseTask = `
		UPDATE search_tasks SET status = 1, lease_ends_at = NULL, tries = 0, progress = $3, done = greatest(done, $4), due_at = $5
		WHERE task_id = $1 AND attempt = $2 AND status = 2`
	succeedTask = `
		UPDATE search_tasks SET status = 3, lease_ends_at = NULL, ended_at = $7, done = 1, progress = NULL, more = $8,
			newest_created_at = $3, newest_message_id = $4, oldest_created_at = $5, oldest_message_id = $6
		WHERE task_id = $1 AND attempt = $2 AND status = 2`
	failTask = `
		UPDATE search_tasks SET status = 4, lease_ends_at = NULL, ended_at = $2, progress = NULL
		WHERE task_id = $1 AND status IN (1, 2)`
	// Results are sorted from the newest to the oldest: a later position is smaller.
	advanceTask = `
		UPDATE search_tasks SET confirmed_created_at = $2, confirmed_message_id = $3
		WHERE task_id = $1 AND ($2, $3) < (confirmed_created_at, confirmed_message_id)`
	selectConfirmed = `
		SELECT confirmed_created_at, confirmed_message_id FROM search_tasks WHERE task_id = $1`
)

// TakeTask implements search.Store.
func (s *Store) TakeTask(
	ctx context.Context, task messenger.ID, now, leaseEnd time.Time,
) (taken search.Task, took bool, err error) {
	taken, err = s.oneTask(ctx, takeTask, task, now, leaseEnd)
	if errors.Is(err, pgx.ErrNoRows) {
		return search.Task{}, false, nil
	}
	return taken, err == nil, s.failure(err)
}

// RenewTask implements search.Store.
func (s *Store) RenewTask(ctx context.Context, task messenger.ID, attempt int, leaseEnd time.Time) (bool, error) {
	renewed, err := s.pool.Exec(ctx, renewTask, task, attempt, leaseEnd)
	return renewed.RowsAffected() > 0, s.failure(err)
}

// ReleaseTask implements search.Store.
func (s *Store) ReleaseTask(ctx context.Context, task messenger.ID, attempt int, failed bool) error {
	_, err := s.pool.Exec(ctx, releaseTask, task, attempt, failed)
	return s.failure(err)
}

// PauseTask implements search.Store.
func (s *Store) PauseTask(
	ctx context.Context, task messenger.ID, attempt int, progress []byte, done float64, due time.Time,
) (bool, error) {
	paused, err := s.pool.Exec(ctx, pauseTask, task, attempt, progress, done, due)
	return paused.RowsAffected() > 0, s.failure(err)
}

// SucceedTask implements search.Store.
func (s *Store) SucceedTask(
	ctx context.Context, task messenger.ID, attempt int, outcome search.Outcome, now time.Time,
) (bool, error) {
	succeeded, err := s.pool.Exec(ctx, succeedTask, task, attempt, outcome.Newest.CreatedAt, outcome.Newest.MessageID,
		outcome.Oldest.CreatedAt, outcome.Oldest.MessageID, now, outcome.More)
	return succeeded.RowsAffected() > 0, s.failure(err)
}

// FailTask implements search.Store.
func (s *Store) FailTask(ctx context.Context, task messenger.ID, now time.Time) error {
	_, err := s.pool.Exec(ctx, failTask, task, now)
	return s.failure(err)
}

// AdvanceTask implements search.Store. A task that is gone is errs.ErrTaskNotFound.
func (s *Store) AdvanceTask(
	ctx context.Context, task messenger.ID, confirmed search.SortKey,
) (position search.SortKey, err error) {
	batch := &pgx.Batch{}
	batch.Queue(advanceTask, task, confirmed.CreatedAt, confirmed.MessageID)
	batch.Queue(selectConfirmed, task).QueryRow(func(row pgx.Row) error {
		return row.Scan(&position.CreatedAt, &position.MessageID)
	})
	err = s.pool.SendBatch(ctx, batch).Close()
	if errors.Is(err, pgx.ErrNoRows) {
		return search.SortKey{}, errs.ErrTaskNotFound
	}
	return position, s.failure(err)
}
