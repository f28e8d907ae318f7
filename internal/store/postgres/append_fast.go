package postgres

import (
	"bytes"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"messenger-api/internal/messenger"
)

// The fast path of a batch: two statements in one round trip. The first locks the chats
// and advances last_seq by the number of new messages. Chats are locked in the order of
// their ids, except by a plan that was cached when the table was almost empty; then two
// batches can deadlock, and one of them is tried again by appendSkipLocked. The second
// statement inserts the messages. It is a separate statement so that its snapshot is taken
// after the locks. A missing chat, a user of another account or a message that is stored
// already violates a constraint, and the transaction is rolled back.
const (
	advanceChats = `
		UPDATE chats c SET last_seq = c.last_seq + i.messages
		FROM unnest($1::uuid[], $2::bigint[]) AS i (chat_id, messages)
		WHERE c.chat_id = i.chat_id RETURNING c.chat_id, c.last_seq`
	insertEvents = `
		INSERT INTO events (chat_id, seq, kind, created_at, account_id, user_id, message_id, client_message_id, text)
		SELECT i.chat_id, (SELECT c.last_seq FROM chats c WHERE c.chat_id = i.chat_id) - i.followers, 1, i.created_at, i.account_id,
			(SELECT CASE WHEN u.account_id = i.account_id THEN u.user_id END
				FROM chat_users u WHERE u.chat_id = i.chat_id AND u.user_id = i.user_id),
			i.message_id, i.client_message_id, i.text
		FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[])
			AS i (message_id, chat_id, user_id, account_id, client_message_id, text, created_at, followers)`
)

// appendFast stores a batch in which every message is valid and new. Its error is the
// driver's.
func appendFast(ctx context.Context, connection *pgx.Conn, messages []messenger.Message) ([]messenger.AppendResult, error) {
	columns, numbered := columnsOf(messages), number(messages)
	lastSeqs := make(map[messenger.ID]int64, len(numbered.chats))
	// Without a BEGIN the batch is one implicit transaction, committed at its end.
	batch := &pgx.Batch{}
	batch.Queue(advanceChats, columns.chats, numbered.counts).Query(func(rows pgx.Rows) error {
		var chat messenger.ID
		var last int64
		_, err := pgx.ForEachRow(rows, []any{&chat, &last}, func() error {
			lastSeqs[chat] = last
			return nil
		})
		return err
	})
	batch.Queue(insertEvents, append(columns.ofEvents(), numbered.followers)...)
	// Close reads the result of the commit: after nil the batch is durable.
	if err := connection.SendBatch(ctx, batch).Close(); err != nil {
		return nil, err
	}
	appended := make([]messenger.AppendResult, len(messages))
	for i := range messages {
		appended[i] = messenger.AppendResult{MessageID: messages[i].ID, Seq: lastSeqs[messages[i].ChatID] - numbered.followers[i]}
	}
	return appended, nil
}

// numbering is what the statements need to number the messages of a batch.
type numbering struct {
	chats  []messenger.ID          // the distinct chats, in the order of their ids
	counts pgtype.FlatArray[int64] // for each chat, how many messages it gets
	// followers has for each message how many later messages of the batch are in its chat.
	followers pgtype.FlatArray[int64]
}

func number(messages []messenger.Message) numbering {
	n := numbering{chats: make([]messenger.ID, 0, len(messages)), followers: make([]int64, len(messages))}
	counts := make(map[messenger.ID]int64, len(messages))
	for i := len(messages) - 1; i >= 0; i-- {
		chat := messages[i].ChatID
		n.followers[i] = counts[chat]
		if counts[chat]++; counts[chat] == 1 {
			n.chats = append(n.chats, chat)
		}
	}
	slices.SortFunc(n.chats, func(a, b messenger.ID) int { return bytes.Compare(a[:], b[:]) })
	for _, chat := range n.chats {
		n.counts = append(n.counts, counts[chat])
	}
	return n
}
