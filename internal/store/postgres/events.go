package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
)

// selectMessages reads a page: a backward scan of the primary key that stops at the limit.
// Kind 1 is a message. The larger a part of the chat the planner expects to read, the
// likelier it reads and sorts the whole chat. So two things are hidden from it: OFFSET 0
// keeps the condition on kind out of the choice of the index, and the limit is a subquery.
// Messages after the first $4 bytes of texts are left out by octet_length, which does not
// read the texts.
const selectMessages = `
	SELECT e.message_id, e.seq, e.user_id,
		(SELECT u.user_name FROM chat_users u WHERE u.chat_id = e.chat_id AND u.user_id = e.user_id),
		e.account_id, coalesce(e.client_message_id, ''), e.text, e.created_at
	FROM (
		SELECT *, sum(octet_length(text)) OVER (ORDER BY seq DESC ROWS UNBOUNDED PRECEDING) - octet_length(text) AS bytes_before
		FROM (
			SELECT * FROM (SELECT * FROM events WHERE chat_id = $1 AND seq < $2 ORDER BY seq DESC OFFSET 0) log
			WHERE kind = 1 LIMIT (SELECT $3::bigint)
		) page
	) e
	WHERE e.bytes_before < $4 ORDER BY e.seq DESC`

// Messages implements messenger.Store.
func (s *Store) Messages(
	ctx context.Context, chat messenger.ID, before int64, limit, bytesMost int,
) ([]messenger.Message, error) {
	rows, err := s.pool.Query(ctx, selectMessages, chat, before, limit, bytesMost)
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

// scanMessage reads the columns of selectMessages. The driver scans a [16]byte directly; for
// a messenger.ID it would search for a conversion in each row.
func scanMessage(row pgx.CollectableRow, chat messenger.ID) (messenger.Message, error) {
	message := messenger.Message{ChatID: chat}
	err := row.Scan((*[16]byte)(&message.ID), &message.Seq, (*[16]byte)(&message.UserID), &message.UserName,
		(*[16]byte)(&message.AccountID), &message.ClientMessageID, &message.Text, &message.CreatedAt)
	message.CreatedAt = message.CreatedAt.UTC()
	return message, err
}
