package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// insertTask inserts nothing where the account has as many open tasks as it may.
	insertTask = `
		INSERT INTO search_tasks (task_id, account_id, text, chat_id, user_name, sent_after, sent_before, created_at, confirmed)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE ?10 > (
			SELECT count(*) FROM search_tasks WHERE account_id = ?2 AND confirmed = 1 AND ended_at IS NULL)`
	confirmTask = `
		UPDATE search_tasks SET confirmed = 1 WHERE task_id = ?1 AND (confirmed = 1 OR ?2 > (
			SELECT count(*) FROM search_tasks o
			WHERE o.account_id = search_tasks.account_id AND o.confirmed = 1 AND o.ended_at IS NULL))`
	selectTaskExists = `
		SELECT EXISTS (SELECT 1 FROM search_tasks WHERE task_id = ?)`
	deleteUnconfirmedTask = `
		DELETE FROM search_tasks WHERE task_id = ? AND confirmed = 0`
	// progress is read only by takeTask, for the attempt that resumes from it.
	selectTask = `
		SELECT task_id, account_id, text, chat_id, user_name, sent_after, sent_before, created_at, confirmed,
			status, attempt, tries, done, ended_at, newest_created_at, newest_message_id, oldest_created_at, oldest_message_id,
			more, confirmed_created_at, confirmed_message_id, CASE WHEN ?2 THEN progress END
		FROM search_tasks WHERE task_id = ?1`
)

// CreateTask implements search.Tasks.
func (s *Store) CreateTask(ctx context.Context, task search.Task, confirmed bool, maxOpen int) error {
	request := &task.Request
	inserted, err := s.write(ctx, insertTask, task.ID[:], task.AccountID[:], request.Text, idOrNull(request.ChatID),
		request.UserName, timeOrNull(request.After), timeOrNull(request.Before), task.CreatedAt.UnixMicro(), confirmed, maxOpen)
	if err == nil && inserted == 0 {
		err = errs.ErrTooManyTasks
	}
	return err
}

// ConfirmTask implements search.Tasks.
func (s *Store) ConfirmTask(ctx context.Context, task messenger.ID, maxOpen int) error {
	return s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		confirmed, err := changes(tx.ExecContext(ctx, confirmTask, task[:], maxOpen))
		if err != nil || confirmed {
			return err
		}
		var exists bool
		if err := tx.QueryRowContext(ctx, selectTaskExists, task[:]).Scan(&exists); err != nil {
			return err
		}
		if exists {
			return errs.ErrTooManyTasks
		}
		return errs.ErrTaskNotFound
	})
}

// DeleteTask implements search.Tasks.
func (s *Store) DeleteTask(ctx context.Context, task messenger.ID) error {
	_, err := s.write(ctx, deleteUnconfirmedTask, task[:])
	return err
}

// Task implements search.Tasks.
func (s *Store) Task(ctx context.Context, id messenger.ID) (search.Task, error) {
	ctx, cancel := readContext(ctx)
	defer cancel()
	task, confirmed, err := scanTask(s.readers.QueryRowContext(ctx, selectTask, id[:], false))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !confirmed {
		return search.Task{}, errs.ErrTaskNotFound
	}
	return task, s.failure(err)
}

func scanTask(row *sql.Row) (task search.Task, confirmed bool, err error) {
	err = row.Scan(blob{task.ID[:]}, blob{task.AccountID[:]}, &task.Request.Text, blobOrNull{task.Request.ChatID[:]},
		&task.Request.UserName, moment{&task.Request.After}, moment{&task.Request.Before}, moment{&task.CreatedAt},
		&confirmed, &task.Status, &task.Attempt, &task.Tries, &task.Done, moment{&task.EndedAt},
		&task.Newest.CreatedAt, blob{task.Newest.MessageID[:]}, &task.Oldest.CreatedAt, blob{task.Oldest.MessageID[:]}, &task.More,
		&task.Confirmed.CreatedAt, blob{task.Confirmed.MessageID[:]}, &task.Checkpoint)
	return task, confirmed, err
}

// changes reports whether a statement changed a row.
func changes(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}
