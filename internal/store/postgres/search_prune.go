package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// deleteEndedTasks keeps the newest $2.
const deleteEndedTasks = `
	DELETE FROM search_tasks WHERE task_id IN (
		SELECT task_id FROM search_tasks WHERE account_id = $1 AND ended_at IS NOT NULL
		ORDER BY ended_at DESC OFFSET $2)
	RETURNING task_id, attempt`

// PruneTasks implements search.Tasks.
func (s *Store) PruneTasks(ctx context.Context, account messenger.ID, keep int) (pruned []search.Task, err error) {
	err = s.inTransaction(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, deleteEndedTasks, account, keep)
		if err != nil {
			return err
		}
		var ids [][16]byte
		pruned, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (search.Task, error) {
			task := search.Task{AccountID: account}
			err := row.Scan((*[16]byte)(&task.ID), &task.Attempt)
			ids = append(ids, task.ID)
			return task, err
		})
		if err != nil || len(pruned) == 0 {
			return err
		}
		_, err = tx.Exec(ctx, deleteResultsOfTasks, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pruned, nil
}
