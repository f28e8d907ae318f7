package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
)

// selectMessages reads a page. Kind 1 is a message.
const selectMessages = `
	SELECT e.message_id, e.seq, e.user_id, u.user_name, e.account_id, coalesce(e.client_message_id, ''), e.text, e.created_at
	FROM events e JOIN chat_users u ON u.chat_id = e.chat_id AND u.user_id = e.user_id
	WHERE e.chat_id = $1 AND e.seq < $2 AND e.kind = 1
	ORDER BY e.seq DESC LIMIT $3`

// Messages implements messenger.Store.
func (s *Store) Messages(ctx context.Context, chat messenger.ID, before int64, limit int) ([]messenger.Message, error) {
	rows, err := s.pool.Query(ctx, selectMessages, chat, before, limit)
	if err != nil {
		return nil, s.failure(err)
	}
	messages, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (messenger.Message, error) {
		return scanMessage(row, chat)
	})
	if err != nil {
		return nil, s.failure(fmt.Errorf("read messages: %w", err))
	}
	return messages, nil
}

// scanMessage reads the columns of selectMessages. The driver knows a [16]byte,
// and would have to find out about an ID row by row.
func scanMessage(row pgx.CollectableRow, chat messenger.ID) (messenger.Message, error) {
	message := messenger.Message{ChatID: chat}
	err := row.Scan((*[16]byte)(&message.ID), &message.Seq, (*[16]byte)(&message.UserID), &message.UserName,
		(*[16]byte)(&message.AccountID), &message.ClientMessageID, &message.Text, &message.CreatedAt)
	message.CreatedAt = message.CreatedAt.UTC()
	return message, err
}
