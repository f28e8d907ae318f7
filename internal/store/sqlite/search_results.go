package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	deleteAttemptResults = `
		DELETE FROM search_results WHERE task_id = ? AND attempt = ?`
	// insertResults inserts nothing where the task was deleted. The results are a resultsArray.
	insertResults = `
		INSERT INTO search_results (task_id, attempt, created_at, message_id, chat_id, seq)
		SELECT ?1, ?2, h.value ->> 0, unhex(h.value ->> 1), unhex(h.value ->> 2), h.value ->> 3
		FROM json_each(?3) h WHERE EXISTS (SELECT 1 FROM search_tasks WHERE task_id = ?1)`
	selectResults = `
		SELECT created_at, message_id, chat_id, seq FROM search_results
		WHERE task_id = ? AND attempt = ? AND (created_at, message_id) < (?, ?)
		ORDER BY created_at DESC, message_id DESC LIMIT ?`
	deleteResults = `
		DELETE FROM search_results WHERE task_id = ? AND attempt = ? AND (created_at, message_id) >= (?, ?)`
)

// PutResults implements search.Results. They are kept as long as their task.
func (s *Store) PutResults(
	ctx context.Context, task messenger.ID, attempt int, results []search.Result, _ time.Duration,
) error {
	return s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, deleteAttemptResults, task[:], attempt); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, insertResults, task[:], attempt, resultsArray(results))
		return err
	})
}

// resultsArray returns a JSON array with an array for each result, so that one prepared statement
// takes any number of them.
func resultsArray(results []search.Result) string {
	var array strings.Builder
	array.WriteByte('[')
	for i, result := range results {
		if i > 0 {
			array.WriteByte(',')
		}
		fmt.Fprintf(&array, `[%d,"%s","%s",%d]`, result.SortKey.CreatedAt, result.SortKey.MessageID, result.ChatID, result.Seq)
	}
	array.WriteByte(']')
	return array.String()
}

// ResultsAfter implements search.Results.
func (s *Store) ResultsAfter(
	ctx context.Context, task messenger.ID, attempt int, place search.SortKey, limit int,
) ([]search.Result, error) {
	return s.results(ctx, selectResults, task[:], attempt, place.CreatedAt, place.MessageID[:], limit)
}

func (s *Store) results(ctx context.Context, query string, arguments ...any) (results []search.Result, err error) {
	ctx, cancel := readContext(ctx)
	defer cancel()
	rows, err := s.readers.QueryContext(ctx, query, arguments...)
	if err != nil {
		return nil, s.failure(err)
	}
	defer rows.Close()
	for rows.Next() {
		var result search.Result
		err := rows.Scan(&result.SortKey.CreatedAt, blob{result.SortKey.MessageID[:]}, blob{result.ChatID[:]}, &result.Seq)
		if err != nil {
			return nil, s.failure(err)
		}
		results = append(results, result)
	}
	if err := rows.Err(); err != nil {
		return nil, s.failure(err)
	}
	return results, nil
}

// DeleteResults implements search.Results.
func (s *Store) DeleteResults(ctx context.Context, task messenger.ID, attempt int, through search.SortKey) error {
	_, err := s.write(ctx, deleteResults, task[:], attempt, through.CreatedAt, through.MessageID[:])
	return err
}
