package messenger

import (
	"encoding/hex"

	"github.com/google/uuid"
)

// ID identifies an account, a session, a chat, a user or a message. It is a
// version 7 UUID: new ones sort after old ones by the millisecond, which keeps
// index inserts together. Messages are ordered by seq, never by ID.
type ID [16]byte

// NewID generates a unique ID. Safe for concurrent use.
func NewID() ID { return ID(uuid.Must(uuid.NewV7())) }

// ParseID reads a UUID with dashes or without, in either case of letters.
func ParseID(text string) (ID, bool) {
	if len(text) != 32 && len(text) != 36 {
		return ID{}, false
	}
	id, err := uuid.Parse(text)
	return ID(id), err == nil
}

// String gives the spelling of the contract: 32 lower-case hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }
