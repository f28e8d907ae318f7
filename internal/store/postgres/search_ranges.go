package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// An account may have several users in one chat. A name belongs to one user in a chat. Each chat is looked up by its
	// key: OFFSET 0 keeps the planner from joining whole tables.
	selectLogRanges = `
		SELECT mine.chat_id, p.chat_number, coalesce(named.user_id, '00000000-0000-0000-0000-000000000000'), 1::bigint, p.seq, p.newest_at
		FROM (
			SELECT DISTINCT u.chat_id FROM chat_users u WHERE u.account_id = $1 AND u.chat_id BETWEEN coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid)
				AND coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
		) mine
		CROSS JOIN LATERAL (SELECT * FROM search_positions p WHERE p.chat_id = mine.chat_id OFFSET 0) p
		LEFT JOIN LATERAL (
			SELECT u.user_id FROM chat_users u WHERE $3 <> '' AND u.chat_id = mine.chat_id AND u.user_name = $3 OFFSET 0
		) named ON true
		WHERE p.seq > 0 AND ($3 = '' OR named.user_id IS NOT NULL)`
	// CREATE INDEX CONCURRENTLY leaves an invalid index when it fails.
	selectWordsIndexed = `
		SELECT EXISTS (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('search_index_words') AND indisvalid)`
)

// LogRanges implements search.Store.
func (s *Store) LogRanges(
	ctx context.Context, account messenger.ID, request search.Request,
) (ranges []search.LogRange, err error) {
	var indexed bool
	batch := &pgx.Batch{}
	batch.Queue(s.versioned(selectWordsIndexed)).QueryRow(func(row pgx.Row) error { return row.Scan(&indexed) })
	batch.Queue(s.versioned(selectLogRanges), account, idOrNull(request.ChatID), request.UserName).Query(func(rows pgx.Rows) (err error) {
		ranges, err = pgx.CollectRows(rows, pgx.RowToStructByPos[search.LogRange])
		return err
	})
	if err := s.searching().SendBatch(ctx, batch).Close(); err != nil {
		return nil, s.failure(slow(err))
	}
	s.wordsIndexed.Store(indexed)
	return ranges, nil
}
