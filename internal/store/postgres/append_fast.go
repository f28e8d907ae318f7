package postgres

import (
	"bytes"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"messenger-api/internal/messenger"
)

// The fast path of a batch, in two statements of one round trip. The first locks the
// chats in the order of their ids and takes as many numbers as there are messages. (A plan
// that was made when there was next to no chat may use another order; two batches can
// then deadlock, and one of them goes the way that skips locked chats.) The second stores
// the messages. It is a statement of its own so that its snapshot is younger than the
// locks. For a chat that is not there, a user that is not the account's, or a message that
// is stored already, it violates a constraint, which rolls back the numbers, too.
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

// appendFast stores a batch in which every message is valid, new, and numbered after the
// others. Its error is the database's.
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
	// Close has read the end of the transaction: what it returns nil for is durable.
	if err := connection.SendBatch(ctx, batch).Close(); err != nil {
		return nil, err
	}
	appended := make([]messenger.AppendResult, len(messages))
	for i := range messages {
		appended[i] = messenger.AppendResult{MessageID: messages[i].ID, Seq: lastSeqs[messages[i].ChatID] - numbered.followers[i]}
	}
	return appended, nil
}

// numbering says how a batch is numbered: chats are the different ones in the order
// of their ids, counts how many messages each gets, followers how many messages of
// its chat come after each message.
type numbering struct {
	chats     []messenger.ID
	counts    pgtype.FlatArray[int64]
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
