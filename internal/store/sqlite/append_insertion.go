package sqlite

import (
	"database/sql/driver"

	"messenger-api/internal/messenger"
)

// insertion has the arguments of insertMessage. They are allocated once for a batch and reused
// for each message; the driver copies the values.
type insertion struct {
	arguments                    []driver.NamedValue
	message, chat, user, account messenger.ID
}

func newInsertion() *insertion {
	i := &insertion{}
	i.arguments = named(nil, nil, i.message[:], nil, nil, i.chat[:], i.user[:], i.account[:])
	return i
}

// of returns the arguments for a message and its seq. They are valid until the next call.
func (i *insertion) of(message *messenger.Message, seq int64) []driver.NamedValue {
	i.message, i.chat, i.user, i.account = message.ID, message.ChatID, message.UserID, message.AccountID
	i.arguments[0].Value = seq
	i.arguments[1].Value = message.CreatedAt.UnixMicro()
	i.arguments[3].Value = clientKey(message)
	i.arguments[4].Value = message.Text
	return i.arguments
}

// clientKey is the client_message_id, or nil for NULL.
func clientKey(message *messenger.Message) any {
	if message.ClientMessageID == "" {
		return nil
	}
	return message.ClientMessageID
}
