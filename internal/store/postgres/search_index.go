package postgres

import (
	"context"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

const (
	// The position's row is the lock of the chat's index: whoever comes second waits,
	// and finds that the position has moved. What is first indexed has no row yet.
	extendIndex = `
		WITH moved AS (
			UPDATE search_positions SET seq = $3 WHERE chat_id = $1 AND seq = $2 RETURNING chat_id
		), added AS (
			INSERT INTO search_index (chat_id, seq, message_id, created_at, user_id, words)
			SELECT m.chat_id, i.seq, i.message_id, i.created_at, i.user_id, i.words::tsvector
			FROM moved m CROSS JOIN unnest($4::bigint[], $5::uuid[], $6::bigint[], $7::uuid[], $8::text[])
				AS i (seq, message_id, created_at, user_id, words)
		)
		SELECT count(*) FROM moved`
	startIndex = `
		WITH moved AS (
			INSERT INTO search_positions AS p (chat_id, seq) VALUES ($1, $3)
			ON CONFLICT (chat_id) DO UPDATE SET seq = $3 WHERE p.seq = $2 RETURNING chat_id
		), added AS (
			INSERT INTO search_index (chat_id, seq, message_id, created_at, user_id, words)
			SELECT m.chat_id, i.seq, i.message_id, i.created_at, i.user_id, i.words::tsvector
			FROM moved m CROSS JOIN unnest($4::bigint[], $5::uuid[], $6::bigint[], $7::uuid[], $8::text[])
				AS i (seq, message_id, created_at, user_id, words)
		)
		SELECT count(*) FROM moved`
)

// Extend implements search.Store.
func (s *Store) Extend(ctx context.Context, behind search.Behind, through int64, entries []search.Entry) (bool, error) {
	seqs, createdAts := make([]int64, len(entries)), make([]int64, len(entries))
	messageIDs, userIDs := make([][16]byte, len(entries)), make([][16]byte, len(entries))
	vectors := make([]string, len(entries))
	ofChat := " " + quotedChat(behind.ChatID)
	for i := range entries {
		message := &entries[i].Message
		seqs[i], createdAts[i] = message.Seq, message.CreatedAt.UnixMicro()
		messageIDs[i], userIDs[i] = message.ID, message.UserID
		vectors[i] = entries[i].Document.Vector() + ofChat
	}
	statement := extendIndex
	if behind.Indexed == 0 {
		statement = startIndex
	}
	var moved int
	err := s.pool.QueryRow(ctx, statement, behind.ChatID, behind.Indexed, through,
		seqs, messageIDs, createdAts, userIDs, vectors).Scan(&moved)
	return moved > 0, s.failure(slow(err))
}

// quotedChat is the lexeme of all that is in a chat, which no word can be.
func quotedChat(chat messenger.ID) string { return "'#" + chat.String() + "'" }
