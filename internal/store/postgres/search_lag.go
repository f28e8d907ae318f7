package postgres

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// Each chat is looked up by its key: OFFSET 0 keeps the planner from joining whole tables.
const (
	// An account may have several users in one chat.
	selectAccountLag = `
		SELECT u.chat_id, coalesce(p.seq, 0), c.last_seq
		FROM (
			SELECT DISTINCT u.chat_id FROM chat_users u
			WHERE u.account_id = $1 AND u.chat_id BETWEEN coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid)
				AND coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
		) u
		CROSS JOIN LATERAL (SELECT c.last_seq FROM chats c WHERE c.chat_id = u.chat_id OFFSET 0) c
		LEFT JOIN LATERAL (SELECT p.seq FROM search_positions p WHERE p.chat_id = u.chat_id OFFSET 0) p ON true
		WHERE c.last_seq > coalesce(p.seq, 0) LIMIT $3`
	selectRecentLag = `
		SELECT e.chat_id, coalesce(p.seq, 0), c.last_seq
		FROM (
			SELECT DISTINCT e.chat_id FROM events e
			WHERE e.kind = 1 AND e.message_id >= $1 AND e.message_id < $2
		) e
		CROSS JOIN LATERAL (SELECT c.last_seq FROM chats c WHERE c.chat_id = e.chat_id OFFSET 0) c
		LEFT JOIN LATERAL (SELECT p.seq FROM search_positions p WHERE p.chat_id = e.chat_id OFFSET 0) p ON true
		WHERE c.last_seq > coalesce(p.seq, 0) LIMIT $3`
	selectIndexedSeqs = `
		SELECT c.chat_id, coalesce(p.seq, 0), c.last_seq
		FROM (SELECT chat_id, last_seq FROM chats WHERE chat_id > $1 ORDER BY chat_id LIMIT $2) c
		LEFT JOIN LATERAL (SELECT p.seq FROM search_positions p WHERE p.chat_id = c.chat_id OFFSET 0) p ON true
		ORDER BY c.chat_id`
)

// AccountIndexLag implements search.Store.
func (s *Store) AccountIndexLag(ctx context.Context, account, chat messenger.ID, limit int) ([]search.IndexLag, error) {
	return s.indexLags(ctx, selectAccountLag, account, idOrNull(chat), limit)
}

// RecentIndexLag implements search.Store.
func (s *Store) RecentIndexLag(ctx context.Context, from, to time.Time, limit int) ([]search.IndexLag, error) {
	return s.indexLags(ctx, selectRecentLag, smallestIDOf(from), smallestIDOf(to), limit)
}

// smallestIDOf returns the smallest UUID of version 7 of the time: those begin with 48 bits of
// milliseconds.
func smallestIDOf(t time.Time) (id messenger.ID) {
	binary.BigEndian.PutUint64(id[:8], uint64(max(t.UnixMilli(), 0))<<16)
	return id
}

// ScanIndexLag implements search.Store.
func (s *Store) ScanIndexLag(
	ctx context.Context, chat messenger.ID, limit int,
) (lags []search.IndexLag, last messenger.ID, done bool, err error) {
	positions, err := s.indexLags(ctx, selectIndexedSeqs, chat, limit)
	if err != nil {
		return nil, chat, false, err
	}
	last = chat
	for _, position := range positions {
		last = position.ChatID
		if position.Indexed < position.LastSeq {
			lags = append(lags, position)
		}
	}
	return lags, last, len(positions) < limit, nil
}

func (s *Store) indexLags(ctx context.Context, statement string, arguments ...any) ([]search.IndexLag, error) {
	rows, err := s.pool.Query(ctx, s.versioned(statement), arguments...)
	if err != nil {
		return nil, s.failure(slow(err))
	}
	lags, err := pgx.CollectRows(rows, pgx.RowToStructByPos[search.IndexLag])
	return lags, s.failure(slow(err))
}
