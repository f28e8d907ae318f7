package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// The lock of an account's tasks. They are counted in a later statement, whose snapshot is
	// taken after the lock.
	lockSearches = `
		SELECT pg_advisory_xact_lock(uuid_hash_extended($1, 0))`
	lockSearchesOfTask = `
		SELECT pg_advisory_xact_lock(uuid_hash_extended(account_id, 0)) FROM search_tasks WHERE task_id = $1`
	insertTask = `
		INSERT INTO search_tasks (task_id, account_id, text, chat_id, user_name, sent_after, sent_before, created_at, confirmed)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE (
			SELECT count(*) FROM search_tasks WHERE account_id = $2 AND confirmed AND ended_at IS NULL) < $10`
	confirmTask = `
		UPDATE search_tasks t SET confirmed = true
		WHERE t.task_id = $1 AND NOT t.confirmed AND (
			SELECT count(*) FROM search_tasks o
			WHERE o.account_id = t.account_id AND o.confirmed AND o.ended_at IS NULL) < $2`
	selectTaskConfirmed = `
		SELECT confirmed FROM search_tasks WHERE task_id = $1`
	deleteUnconfirmedTask = `
		DELETE FROM search_tasks WHERE task_id = $1 AND NOT confirmed`
	selectTask = `
		SELECT task_id, account_id, text, chat_id, user_name, sent_after, sent_before, created_at, status, attempt, tries, done,
			ended_at, newest_created_at, newest_message_id, oldest_created_at, oldest_message_id, more,
			confirmed_created_at, confirmed_message_id, NULL::bytea
		FROM search_tasks WHERE task_id = $1 AND confirmed`
)

// CreateTask implements search.Store. An unconfirmed task is inserted without the lock: the
// limit is checked again, under it, by ConfirmTask.
func (s *Store) CreateTask(ctx context.Context, task search.Task, confirmed bool, maxOpen int) error {
	request := &task.Request
	var inserted int64
	batch := &pgx.Batch{}
	if confirmed {
		batch.Queue(lockSearches, task.AccountID)
	}
	queueCounted(batch, &inserted, insertTask,
		task.ID, task.AccountID, request.Text, idOrNull(request.ChatID), request.UserName,
		timeOrNull(request.After), timeOrNull(request.Before), task.CreatedAt, confirmed, maxOpen)
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return s.failure(err)
	}
	if inserted == 0 {
		return errs.ErrTooManyTasks
	}
	return nil
}

// ConfirmTask implements search.Store.
func (s *Store) ConfirmTask(ctx context.Context, task messenger.ID, maxOpen int) error {
	var confirmed bool
	batch := &pgx.Batch{}
	batch.Queue(lockSearchesOfTask, task)
	batch.Queue(confirmTask, task, maxOpen)
	batch.Queue(selectTaskConfirmed, task).QueryRow(func(row pgx.Row) error { return row.Scan(&confirmed) })
	err := s.pool.SendBatch(ctx, batch).Close()
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return errs.ErrTaskNotFound
	case err == nil && !confirmed:
		return errs.ErrTooManyTasks
	}
	return s.failure(err)
}

// DeleteTask implements search.Store.
func (s *Store) DeleteTask(ctx context.Context, task messenger.ID) error {
	batch := &pgx.Batch{}
	batch.Queue(deleteUnconfirmedTask, task)
	batch.Queue(deleteResultsWithoutTask, task)
	return s.failure(s.pool.SendBatch(ctx, batch).Close())
}

// Task implements search.Store.
func (s *Store) Task(ctx context.Context, task messenger.ID) (search.Task, error) {
	found, err := s.oneTask(ctx, selectTask, task)
	if errors.Is(err, pgx.ErrNoRows) {
		return search.Task{}, errs.ErrTaskNotFound
	}
	return found, s.failure(err)
}

// oneTask runs a statement that returns one row with the columns of selectTask.
func (s *Store) oneTask(ctx context.Context, statement string, arguments ...any) (search.Task, error) {
	var task search.Task
	var chat *messenger.ID
	var after, before, ended *time.Time
	err := s.pool.QueryRow(ctx, statement, arguments...).Scan(&task.ID, &task.AccountID, &task.Request.Text, &chat,
		&task.Request.UserName, &after, &before, &task.CreatedAt, &task.Status, &task.Attempt, &task.Tries, &task.Done, &ended,
		&task.Newest.CreatedAt, &task.Newest.MessageID, &task.Oldest.CreatedAt, &task.Oldest.MessageID, &task.More,
		&task.Confirmed.CreatedAt, &task.Confirmed.MessageID, &task.Checkpoint)
	if err != nil {
		return search.Task{}, err
	}
	if chat != nil {
		task.Request.ChatID = *chat
	}
	task.Request.After, task.Request.Before, task.EndedAt = timeOrZero(after), timeOrZero(before), timeOrZero(ended)
	task.CreatedAt = task.CreatedAt.UTC()
	return task, nil
}

// queueCounted queues a statement, whose number of affected rows is added to count.
func queueCounted(batch *pgx.Batch, count *int64, statement string, arguments ...any) {
	batch.Queue(statement, arguments...).Exec(func(done pgconn.CommandTag) error {
		*count += done.RowsAffected()
		return nil
	})
}
