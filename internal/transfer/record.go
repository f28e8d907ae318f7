package transfer

import (
	"time"

	"messenger-api/internal/messenger"
)

// Session is a row of sessions.
type Session struct {
	messenger.Session

	Hash messenger.TokenHash
}

// KindMessage is the only kind of event so far.
const KindMessage = 1

// Event is a row of events. Fields that its kind does not have are the zero ID or nil.
type Event struct {
	ChatID          messenger.ID
	Seq             int64
	Kind            int
	CreatedAt       time.Time
	AccountID       messenger.ID
	UserID          messenger.ID
	MessageID       messenger.ID
	ClientMessageID *string
	Text            *string
}
