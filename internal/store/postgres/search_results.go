package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// Results of earlier attempts are obsolete.
	deleteResultsOfAttempts = `
		DELETE FROM search_results WHERE task_id = $1 AND attempt <= $2`
	// The lock keeps the task from being deleted until the commit, and without the task nothing
	// is stored: so no results are left without a task.
	insertResults = `
		WITH task AS MATERIALIZED (
			SELECT task_id FROM search_tasks WHERE task_id = $1 FOR KEY SHARE
		)
		INSERT INTO search_results (task_id, attempt, created_at, message_id, chat_id, seq)
		SELECT task.task_id, $2, r.created_at, r.message_id, r.chat_id, r.seq
		FROM task CROSS JOIN unnest($3::bigint[], $4::uuid[], $5::uuid[], $6::bigint[])
			AS r (created_at, message_id, chat_id, seq)`
	selectResults = `
		SELECT created_at, message_id, chat_id, seq FROM search_results
		WHERE task_id = $1 AND attempt = $2 AND (created_at, message_id) < ($3, $4)
		ORDER BY created_at DESC, message_id DESC LIMIT $5`
	deleteResultsThrough = `
		DELETE FROM search_results WHERE task_id = $1 AND attempt = $2 AND (created_at, message_id) >= ($3, $4)`
	deleteResultsWithoutTask = `
		DELETE FROM search_results r
		WHERE r.task_id = $1 AND NOT EXISTS (SELECT FROM search_tasks t WHERE t.task_id = $1)`
	deleteResultsOfTasks = `
		DELETE FROM search_results WHERE task_id = ANY($1)`
)

// PutResults implements search.Store. Results are stored as long as their task.
func (s *Store) PutResults(
	ctx context.Context, task messenger.ID, attempt int, results []search.Result, _ time.Duration,
) error {
	columns := resultColumnsOf(results)
	batch := &pgx.Batch{}
	batch.Queue(deleteResultsOfAttempts, task, attempt)
	batch.Queue(insertResults, task, attempt, columns.createdAts, columns.messageIDs, columns.chatIDs, columns.seqs)
	return s.failure(s.pool.SendBatch(ctx, batch).Close())
}

// resultColumns are results as arrays, for unnest.
type resultColumns struct {
	createdAts, seqs    []int64
	messageIDs, chatIDs [][16]byte
}

func resultColumnsOf(results []search.Result) resultColumns {
	count := len(results)
	c := resultColumns{make([]int64, count), make([]int64, count), make([][16]byte, count), make([][16]byte, count)}
	for i := range results {
		result := &results[i]
		c.createdAts[i], c.messageIDs[i] = result.SortKey.CreatedAt, result.SortKey.MessageID
		c.chatIDs[i], c.seqs[i] = result.ChatID, result.Seq
	}
	return c
}

// ResultsAfter implements search.Store.
func (s *Store) ResultsAfter(
	ctx context.Context, task messenger.ID, attempt int, after search.SortKey, limit int,
) ([]search.Result, error) {
	rows, err := s.pool.Query(ctx, selectResults, task, attempt, after.CreatedAt, after.MessageID, limit)
	if err != nil {
		return nil, s.failure(err)
	}
	results, err := pgx.CollectRows(rows, scanResult)
	return results, s.failure(err)
}

func scanResult(row pgx.CollectableRow) (result search.Result, err error) {
	err = row.Scan(&result.SortKey.CreatedAt, &result.SortKey.MessageID, &result.ChatID, &result.Seq)
	return result, err
}

// DeleteResults implements search.Store.
func (s *Store) DeleteResults(ctx context.Context, task messenger.ID, attempt int, through search.SortKey) error {
	_, err := s.pool.Exec(ctx, deleteResultsThrough, task, attempt, through.CreatedAt, through.MessageID)
	return s.failure(err)
}
