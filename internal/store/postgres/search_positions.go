package postgres

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// An account may have several users in one chat.
	selectBehindOf = `
		SELECT c.chat_id, coalesce(p.seq, 0), c.last_seq
		FROM (
			SELECT DISTINCT u.chat_id FROM chat_users u WHERE u.account_id = $1 AND ($2::uuid IS NULL OR u.chat_id = $2)
		) u
		JOIN chats c ON c.chat_id = u.chat_id
		LEFT JOIN search_positions p ON p.chat_id = c.chat_id
		WHERE c.last_seq > coalesce(p.seq, 0) LIMIT $3`
	// The last of all ids is there to tell the planner that the range is a small one.
	selectBehindSince = `
		SELECT c.chat_id, coalesce(p.seq, 0), c.last_seq
		FROM (
			SELECT DISTINCT e.chat_id FROM events e
			WHERE e.kind = 1 AND e.message_id >= $1 AND e.message_id <= 'ffffffff-ffff-ffff-ffff-ffffffffffff'
		) e
		JOIN chats c ON c.chat_id = e.chat_id
		LEFT JOIN search_positions p ON p.chat_id = c.chat_id
		WHERE c.last_seq > coalesce(p.seq, 0) LIMIT $2`
	selectPositionsAfter = `
		SELECT c.chat_id, coalesce(p.seq, 0), c.last_seq
		FROM (SELECT chat_id, last_seq FROM chats WHERE chat_id > $1 ORDER BY chat_id LIMIT $2) c
		LEFT JOIN search_positions p ON p.chat_id = c.chat_id
		ORDER BY c.chat_id`
	// A message is read while the ones before it are short of the bytes.
	selectUnindexed = `
		SELECT e.message_id, e.seq, e.user_id, coalesce(u.user_name, ''), e.account_id, coalesce(e.client_message_id, ''),
			e.text, e.created_at
		FROM (
			SELECT e.*, sum(octet_length(e.text)) OVER (ORDER BY e.seq) - octet_length(e.text) AS bytes_before
			FROM (
				SELECT * FROM events WHERE chat_id = $1 AND seq > $2 AND seq <= $3 AND kind = 1 ORDER BY seq LIMIT $4
			) e
		) e
		LEFT JOIN chat_users u ON u.chat_id = e.chat_id AND u.user_id = e.user_id
		WHERE e.bytes_before < greatest($5, 1) ORDER BY e.seq`
)

// BehindOf implements search.Store.
func (s *Store) BehindOf(ctx context.Context, account, chat messenger.ID, limit int) ([]search.Behind, error) {
	return s.behind(ctx, selectBehindOf, account, idOrNull(chat), limit)
}

// BehindSince implements search.Store.
func (s *Store) BehindSince(ctx context.Context, since time.Time, limit int) ([]search.Behind, error) {
	return s.behind(ctx, selectBehindSince, smallestIDOf(since), limit)
}

// smallestIDOf is before all ids that are made at the time or later: they begin
// with its 48 bits of milliseconds.
func smallestIDOf(t time.Time) (id messenger.ID) {
	binary.BigEndian.PutUint64(id[:8], uint64(max(t.UnixMilli(), 0))<<16)
	return id
}

// BehindAfter implements search.Store.
func (s *Store) BehindAfter(
	ctx context.Context, chat messenger.ID, limit int,
) (behind []search.Behind, last messenger.ID, done bool, err error) {
	positions, err := s.behind(ctx, selectPositionsAfter, chat, limit)
	if err != nil {
		return nil, chat, false, err
	}
	last = chat
	for _, position := range positions {
		last = position.ChatID
		if position.Indexed < position.LastSeq {
			behind = append(behind, position)
		}
	}
	return behind, last, len(positions) < limit, nil
}

func (s *Store) behind(ctx context.Context, statement string, arguments ...any) ([]search.Behind, error) {
	rows, err := s.pool.Query(ctx, statement, arguments...)
	if err != nil {
		return nil, s.failure(err)
	}
	behind, err := pgx.CollectRows(rows, pgx.RowToStructByPos[search.Behind])
	return behind, s.failure(err)
}

// Unindexed implements search.Store.
func (s *Store) Unindexed(
	ctx context.Context, behind search.Behind, limit, mostBytes int,
) (messages []messenger.Message, through int64, err error) {
	rows, err := s.pool.Query(ctx, selectUnindexed, behind.ChatID, behind.Indexed, behind.LastSeq, limit, mostBytes)
	if err != nil {
		return nil, 0, s.failure(err)
	}
	messages, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (messenger.Message, error) {
		return scanMessage(row, behind.ChatID)
	})
	if err != nil {
		return nil, 0, s.failure(slow(err))
	}
	bytes := 0
	for i := range messages {
		bytes += len(messages[i].Text)
	}
	if count := len(messages); count > 0 && (count == limit || bytes >= mostBytes) {
		// It stopped here, perhaps early.
		return messages, messages[count-1].Seq, nil
	}
	return messages, behind.LastSeq, nil
}
