package transfer

import (
	"time"

	"messenger-api/internal/messenger"
)

// Session is a row of sessions: what is known of a log-in, under the hash of its
// secret.
type Session struct {
	messenger.Session

	Hash messenger.TokenHash
}

// KindMessage is the kind of event that there is.
const KindMessage = 1

// Event is a row of a chat's log. What an event of its kind does not have is the
// zero ID or nil.
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
