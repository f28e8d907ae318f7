package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	selectUnindexed = `
		SELECT e.message_id, e.seq, e.user_id, coalesce(u.user_name, ''), e.account_id, coalesce(e.client_message_id, ''),
			e.text, e.created_at
		FROM events e LEFT JOIN chat_users u ON u.chat_id = e.chat_id AND u.user_id = e.user_id
		WHERE e.chat_id = ? AND e.seq > ? AND e.seq <= ? AND e.kind = 1
		ORDER BY e.seq LIMIT ?`
	// movePosition returns nothing where the position is another than ?3.
	movePosition = `
		INSERT INTO search_positions (chat_id, seq)
		SELECT ?1, ?2 WHERE ?3 = 0 OR EXISTS (SELECT 1 FROM search_positions WHERE chat_id = ?1)
		ON CONFLICT (chat_id) DO UPDATE SET seq = excluded.seq WHERE search_positions.seq = ?3
		RETURNING chat_number`
	insertIndexed = `
		INSERT INTO search_index (rowid, words, created_at, message_id, user_id) VALUES ((? << 32) + ?, ?, ?, ?, ?)`
)

// Unindexed implements search.Index.
func (s *Store) Unindexed(
	ctx context.Context, behind search.Behind, limit, mostBytes int,
) (messages []messenger.Message, through int64, err error) {
	asked := ctx
	ctx, cancel := reading(ctx)
	defer cancel()
	defer func() { err = slow(asked, err) }()
	rows, err := s.readers.QueryContext(ctx, selectUnindexed, behind.ChatID[:], behind.Indexed, behind.LastSeq, limit)
	if err != nil {
		return nil, 0, s.failure(err)
	}
	defer rows.Close()
	for bytes := 0; rows.Next(); {
		m, err := scanMessage(rows, behind.ChatID)
		if err != nil {
			return nil, 0, s.failure(err)
		}
		messages = append(messages, m)
		if bytes += len(m.Text); len(messages) == limit || bytes >= mostBytes {
			return messages, m.Seq, nil
		}
	}
	if err := rows.Err(); err != nil {
		return nil, 0, s.failure(err)
	}
	return messages, behind.LastSeq, nil
}

// Extend implements search.Index.
func (s *Store) Extend(
	ctx context.Context, behind search.Behind, through int64, entries []search.Entry,
) (extended bool, err error) {
	// Rendered before the transaction: while it lasts, no message can be sent.
	sequences := make([]string, len(entries))
	for i := range entries {
		sequences[i] = entries[i].Document.Sequence()
	}
	begun := false
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		begun = true
		var chat int64
		err := tx.QueryRowContext(ctx, movePosition, behind.ChatID[:], through, behind.Indexed).Scan(&chat)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		for i := range entries {
			m := &entries[i].Message
			_, err := tx.ExecContext(ctx, insertIndexed,
				chat, m.Seq, tokens(chat, sequences[i]), m.CreatedAt.UnixMicro(), m.ID[:], m.UserID[:])
			if err != nil {
				return err
			}
		}
		extended = true
		return nil
	})
	if begun { // who waits for the lock is not slow
		err = slow(ctx, err)
	}
	return extended && err == nil, err
}
