package postgres

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"messenger-api/internal/messenger"
)

// The short way of a batch, in two statements of one round trip: the first takes
// the chats' locks, in the order of their ids, and as many numbers as there are
// messages; the second stores the messages and is later, so that its snapshot is
// younger than the locks. It stores all or nothing: for a chat that is not there,
// a user that is not the account's, or a message that is stored already, it
// violates a constraint, and the numbers are given back with the transaction.
const (
	advanceChats = `
		UPDATE chats c SET last_seq = c.last_seq + i.messages
		FROM unnest($1::uuid[], $2::bigint[]) AS i (chat_id, messages)
		WHERE c.chat_id = i.chat_id RETURNING c.chat_id, c.last_seq`
	insertEvents = `
		INSERT INTO events (chat_id, seq, kind, created_at, account_id, user_id, message_id, client_message_id, text)
		SELECT i.chat_id, c.last_seq - i.followers, 1, i.created_at, i.account_id, u.user_id, i.message_id, i.client_message_id, i.text
		FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[])
			AS i (message_id, chat_id, user_id, account_id, client_message_id, text, created_at, followers)
		LEFT JOIN chats c ON c.chat_id = i.chat_id
		LEFT JOIN chat_users u ON u.chat_id = i.chat_id AND u.user_id = i.user_id AND u.account_id = i.account_id`
)

// appendAll stores a batch in which nothing is amiss.
func appendAll(
	ctx context.Context, connection *pgx.Conn, columns columns, messages []messenger.Message,
) ([]messenger.Appended, error) {
	ends := make(map[[16]byte]int64, len(columns.chats))
	batch := &pgx.Batch{}
	batch.Queue(advanceChats, columns.chats, columns.counts).Query(func(rows pgx.Rows) error {
		var chat [16]byte
		var end int64
		_, err := pgx.ForEachRow(rows, []any{&chat, &end}, func() error {
			ends[chat] = end
			return nil
		})
		return err
	})
	batch.Queue(insertEvents, columns.messageIDs, columns.chatIDs, columns.userIDs, columns.accountIDs,
		columns.clientMessageIDs, columns.texts, columns.createdAts, columns.followers)
	// Close has read the end of the transaction: what it returns nil for is durable.
	if err := connection.SendBatch(ctx, batch).Close(); err != nil {
		return nil, err
	}
	appended := make([]messenger.Appended, len(messages))
	for i := range messages {
		appended[i] = messenger.Appended{MessageID: messages[i].ID, Seq: ends[messages[i].ChatID] - columns.followers[i]}
	}
	return appended, nil
}

// ids is an array that the driver encodes as it is; it would take any other of
// this shape apart by reflection, element by element.
type ids = pgtype.FlatArray[[16]byte]

// columns are the messages of a batch as the arrays that unnest takes.
type columns struct {
	messageIDs, chatIDs, userIDs, accountIDs ids
	clientMessageIDs                         []*string
	texts                                    []string
	createdAts                               []time.Time
	// followers is how many messages of its chat come after each.
	followers []int64
	// chats are the different chats in the order of their ids, counts how many
	// messages each gets.
	chats  ids
	counts []int64
}

func columnsOf(messages []messenger.Message) columns {
	size := len(messages)
	c := columns{
		messageIDs: make(ids, 0, size), chatIDs: make(ids, 0, size), userIDs: make(ids, 0, size), accountIDs: make(ids, 0, size),
		clientMessageIDs: make([]*string, 0, size), texts: make([]string, 0, size), createdAts: make([]time.Time, 0, size),
		chats: make(ids, 0, size), followers: make([]int64, size),
	}
	counts := make(map[[16]byte]int64, len(messages))
	for i := range messages {
		message := &messages[i]
		c.messageIDs = append(c.messageIDs, message.ID)
		c.chatIDs = append(c.chatIDs, message.ChatID)
		c.userIDs = append(c.userIDs, message.UserID)
		c.accountIDs = append(c.accountIDs, message.AccountID)
		c.texts = append(c.texts, message.Text)
		c.createdAts = append(c.createdAts, message.CreatedAt)
		c.clientMessageIDs = append(c.clientMessageIDs, clientKey(message))
		if counts[message.ChatID] == 0 {
			c.chats = append(c.chats, message.ChatID)
		}
		counts[message.ChatID]++
	}
	slices.SortFunc(c.chats, func(a, b [16]byte) int { return bytes.Compare(a[:], b[:]) })
	for _, chat := range c.chats {
		c.counts = append(c.counts, counts[chat])
	}
	for i := range messages {
		counts[messages[i].ChatID]--
		c.followers[i] = counts[messages[i].ChatID]
	}
	return c
}

// clientKey is NULL for a message without one.
func clientKey(message *messenger.Message) *string {
	if message.ClientMessageID == "" {
		return nil
	}
	return &message.ClientMessageID
}
