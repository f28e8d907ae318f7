package sqlite

import (
	"database/sql/driver"

	"messenger-api/internal/messenger"
)

// insertion is the arguments of insertMessage. They are made once for a batch and
// filled anew for each message: what the driver gets it copies.
type insertion struct {
	arguments                    []driver.NamedValue
	message, chat, user, account messenger.ID
}

func newInsertion() *insertion {
	i := &insertion{}
	i.arguments = named(nil, nil, i.message[:], nil, nil, i.chat[:], i.user[:], i.account[:])
	return i
}

// of gives the arguments for a message with this number. They hold until the next one's.
func (i *insertion) of(message *messenger.Message, seq int64) []driver.NamedValue {
	i.message, i.chat, i.user, i.account = message.ID, message.ChatID, message.UserID, message.AccountID
	i.arguments[0].Value = seq
	i.arguments[1].Value = message.CreatedAt.UnixMicro()
	i.arguments[3].Value = clientKey(message)
	i.arguments[4].Value = message.Text
	return i.arguments
}

// clientKey is NULL for a message without one.
func clientKey(message *messenger.Message) any {
	if message.ClientMessageID == "" {
		return nil
	}
	return message.ClientMessageID
}
