package sqlite

import (
	"context"
	"database/sql"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// deleteEndedTasks leaves the newest ?2. Their results go with them.
const deleteEndedTasks = `
	DELETE FROM search_tasks WHERE task_id IN (
		SELECT task_id FROM search_tasks WHERE account_id = ?1 AND ended_at IS NOT NULL
		ORDER BY ended_at DESC LIMIT -1 OFFSET ?2)
	RETURNING task_id, attempt`

// PruneTasks implements search.Tasks.
func (s *Store) PruneTasks(ctx context.Context, account messenger.ID, keep int) (pruned []search.Task, err error) {
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, deleteEndedTasks, account[:], keep)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			task := search.Task{AccountID: account}
			if err := rows.Scan(blob{task.ID[:]}, &task.Attempt); err != nil {
				return err
			}
			pruned = append(pruned, task)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	return pruned, nil
}
