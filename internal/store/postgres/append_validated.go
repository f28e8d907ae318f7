package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

// validateAndInsert validates, numbers and stores a batch. It must be a separate statement
// after lockChats: only then its snapshot is taken after the locks, and includes what
// other nodes committed before they released them.
//
// The look-ups are LATERAL … LIMIT 1 so that each is an index probe, whatever batch size
// the planner expects. The user is not looked up by account: the planner might choose the
// index on accounts, and an account may have thousands of users in one chat.
const validateAndInsert = `
	WITH incoming AS (
		SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[])
			WITH ORDINALITY AS i (message_id, chat_id, user_id, account_id, client_message_id, text, created_at, ordinal)
	), validated AS MATERIALIZED (
		SELECT i.*, c.last_seq, u.is_user, stored.message_id AS stored_id, stored.seq AS stored_seq,
			CASE WHEN i.client_message_id IS NULL THEN i.ordinal ELSE min(i.ordinal) OVER
				(PARTITION BY i.chat_id, i.account_id, i.client_message_id, u.is_user) END AS first_ordinal
		FROM incoming i
		LEFT JOIN LATERAL (
			SELECT c.last_seq FROM chats c WHERE c.chat_id = i.chat_id LIMIT 1
		) c ON true
		LEFT JOIN LATERAL (
			SELECT u.account_id = i.account_id AS is_user FROM chat_users u
			WHERE u.chat_id = i.chat_id AND u.user_id = i.user_id LIMIT 1
		) u ON true
		LEFT JOIN LATERAL (
			SELECT e.message_id, e.seq FROM events e WHERE e.message_id = i.message_id AND e.kind = 1
			UNION ALL
			SELECT e.message_id, e.seq FROM events e
			WHERE e.chat_id = i.chat_id AND e.account_id = i.account_id AND e.client_message_id = i.client_message_id
			LIMIT 1
		) stored ON u.is_user
	), fresh AS (
		SELECT j.*, j.last_seq + row_number() OVER (PARTITION BY j.chat_id ORDER BY j.ordinal) AS seq
		FROM validated j WHERE j.is_user AND j.stored_id IS NULL AND j.first_ordinal = j.ordinal
	), inserted AS (
		INSERT INTO events (chat_id, seq, kind, created_at, account_id, user_id, message_id, client_message_id, text)
		SELECT chat_id, seq, 1, created_at, account_id, user_id, message_id, client_message_id, text FROM fresh
	), advanced AS (
		UPDATE chats c SET last_seq = f.seq
		FROM (SELECT chat_id, max(seq) AS seq FROM fresh GROUP BY chat_id) f WHERE c.chat_id = f.chat_id
	)
	SELECT j.first_ordinal, j.last_seq IS NOT NULL, coalesce(j.is_user, false), j.stored_id, coalesce(j.stored_seq, f.seq, 0)
	FROM validated j LEFT JOIN fresh f USING (ordinal) ORDER BY j.ordinal`

// appendValidated stores the valid messages of a batch; the results of the others have an
// error each. It waits for each chat's lock for at most wait.
func appendValidated(
	ctx context.Context, connection *pgx.Conn, messages []messenger.Message, wait time.Duration,
) (appended []messenger.AppendResult, err error) {
	// Without a BEGIN the batch is one implicit transaction, committed at its end.
	columns := columnsOf(messages)
	batch := &pgx.Batch{}
	if wait != lockTimeout {
		batch.Queue(limitLockWait, milliseconds(wait))
	}
	batch.Queue(lockChats, columns.chats)
	batch.Queue(validateAndInsert, columns.ofEvents()...).Query(func(rows pgx.Rows) error {
		appended, err = collectAppended(rows, messages)
		return err
	})
	// Close reads the result of the commit: after nil the batch is durable.
	return appended, connection.SendBatch(ctx, batch).Close()
}

func collectAppended(rows pgx.Rows, messages []messenger.Message) ([]messenger.AppendResult, error) {
	appended := make([]messenger.AppendResult, 0, len(messages))
	for rows.Next() {
		var first, seq int64
		var isChat, isUser bool
		var storedID *messenger.ID
		if err := rows.Scan(&first, &isChat, &isUser, &storedID, &seq); err != nil {
			return nil, err
		}
		ordinal := len(appended)
		one := messenger.AppendResult{MessageID: messages[ordinal].ID, Seq: seq}
		switch {
		case !isChat:
			one = messenger.AppendResult{Err: errs.ErrChatNotFound}
		case !isUser:
			one = messenger.AppendResult{Err: errs.ErrUserNotFound}
		case storedID != nil:
			one.MessageID, one.Repeated = *storedID, true
		case int(first)-1 < ordinal:
			one = appended[first-1]
			one.Repeated = true
		}
		appended = append(appended, one)
	}
	return appended, rows.Err()
}
