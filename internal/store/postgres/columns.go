package postgres

import (
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"messenger-api/internal/messenger"
)

// ids is an array that the driver encodes directly; it would encode a []messenger.ID by
// reflection, element by element.
type ids = pgtype.FlatArray[[16]byte]

// columns are the messages of a batch as arrays, for unnest.
type columns struct {
	messageIDs, chatIDs, userIDs, accountIDs ids
	chats                                    ids // the distinct chats, in the order of their ids
	clientMessageIDs                         pgtype.FlatArray[pgtype.Text]
	texts                                    pgtype.FlatArray[string]
	createdAts                               pgtype.FlatArray[time.Time]
}

// ofEvents are the arguments of validateAndInsert, and the first ones of insertEvents.
func (c *columns) ofEvents() []any {
	return []any{c.messageIDs, c.chatIDs, c.userIDs, c.accountIDs, c.clientMessageIDs, c.texts, c.createdAts}
}

func columnsOf(messages []messenger.Message) columns {
	var c columns
	for i := range messages {
		message := &messages[i]
		c.messageIDs = append(c.messageIDs, message.ID)
		c.chatIDs = append(c.chatIDs, message.ChatID)
		c.userIDs = append(c.userIDs, message.UserID)
		c.accountIDs = append(c.accountIDs, message.AccountID)
		c.texts = append(c.texts, message.Text)
		c.createdAts = append(c.createdAts, message.CreatedAt)
		c.clientMessageIDs = append(c.clientMessageIDs, pgtype.Text{String: message.ClientMessageID, Valid: message.ClientMessageID != ""})
	}
	for _, chat := range number(messages).chats {
		c.chats = append(c.chats, chat)
	}
	return c
}
