package sqlite

import (
	"context"
	"database/sql"

	"messenger-api/internal/messenger"
)

const (
	// selectMessages reads a page. Kind 1 is a message. A CROSS JOIN fixes the join order: first the
	// events, then each message's user.
	selectMessages = `
		SELECT e.message_id, e.seq, e.user_id, u.user_name, e.account_id, coalesce(e.client_message_id, ''), e.text, e.created_at
		FROM events e CROSS JOIN chat_users u ON u.chat_id = e.chat_id AND u.user_id = e.user_id
		WHERE e.chat_id = ? AND e.seq < ? AND e.kind = 1
		ORDER BY e.seq DESC LIMIT ?`
	// insertMessage inserts nothing where the account has no such user in the chat, or where
	// the message is stored already. OR FAIL spares a statement journal: without it SQLite
	// copies each page that the statement changes, to be able to undo the statement alone.
	insertMessage = `
		INSERT OR FAIL INTO events (chat_id, seq, kind, created_at, account_id, user_id, message_id, client_message_id, text)
		SELECT chat_id, ?, 1, ?, account_id, user_id, ?, ?, ?
		FROM chat_users WHERE chat_id = ? AND user_id = ? AND account_id = ?
		ON CONFLICT DO NOTHING`
	selectStoredMessage = `
		SELECT message_id, seq FROM events WHERE kind = 1 AND message_id = ?
		UNION ALL
		SELECT message_id, seq FROM events WHERE chat_id = ? AND account_id = ? AND client_message_id = ?
		LIMIT 1`
)

// Messages implements messenger.Store.
func (s *Store) Messages(
	ctx context.Context, chat messenger.ID, before int64, limit, maxBytes int,
) (messages []messenger.Message, err error) {
	ctx, cancel := readContext(ctx)
	defer cancel()
	rows, err := s.readers.QueryContext(ctx, selectMessages, chat[:], before, limit)
	if err != nil {
		return nil, s.failure(err)
	}
	defer rows.Close()
	for bytes := 0; bytes < maxBytes && rows.Next(); {
		m, err := scanMessage(rows, chat)
		if err != nil {
			return nil, s.failure(err)
		}
		bytes += len(m.Text)
		messages = append(messages, m)
	}
	if err := rows.Err(); err != nil {
		return nil, s.failure(err)
	}
	return messages, nil
}

func scanMessage(rows *sql.Rows, chat messenger.ID) (messenger.Message, error) {
	m := messenger.Message{ChatID: chat}
	err := rows.Scan(blob{m.ID[:]}, &m.Seq, blob{m.UserID[:]}, &m.UserName, blob{m.AccountID[:]},
		&m.ClientMessageID, &m.Text, moment{&m.CreatedAt})
	return m, err
}
