package messenger

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"math"
	"time"

	"messenger-api/internal/errs"
)

// PageMaxMessages is the most messages in a page.
const PageMaxMessages = 1000

// Message is one kind of event in a chat's log.
type Message struct {
	ID     ID
	ChatID ID
	// Seq is the event's number in the chat. Messages are in the order of seq,
	// but not every event is a message: their numbers may have gaps.
	Seq             int64
	UserID          ID
	UserName        string
	AccountID       ID
	ClientMessageID string
	Text            string
	CreatedAt       time.Time
}

// Page is a contiguous range of messages, newest first. Next is where older ones follow.
type Page struct {
	Messages []Message
	Next     Cursor
	// Truncated: it has fewer messages than asked for because of their size.
	Truncated bool
}

// Cursor is a position in one chat's log: reading continues with the events whose
// seq is less than Before.
type Cursor struct {
	ChatID ID
	Before int64
}

// LatestCursor is the position after the newest event of a chat, where reading starts.
func LatestCursor(chat ID) Cursor { return Cursor{chat, math.MaxInt64} }

// cursorKind is the first byte of a chat's iterator, so that other kinds can be added.
const cursorKind = 1

const cursorBytes = 1 + len(ID{}) + 8

var cursorEncoding = base64.RawURLEncoding.Strict()

// String encodes the cursor as an iterator, which is opaque to clients.
func (c Cursor) String() string {
	raw := make([]byte, 0, cursorBytes)
	raw = append(raw, cursorKind)
	raw = append(raw, c.ChatID[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(c.Before))
	return cursorEncoding.EncodeToString(raw)
}

// ParseCursor reads an iterator of this chat. Anything else is bad-cursor.
func ParseCursor(chat ID, iterator string) (Cursor, error) {
	if len(iterator) != cursorEncoding.EncodedLen(cursorBytes) {
		return Cursor{}, errs.ErrBadCursor
	}
	// base64 skips line breaks, so the length is checked again.
	raw, err := cursorEncoding.DecodeString(iterator)
	if err != nil || len(raw) != cursorBytes || raw[0] != cursorKind || ID(raw[1:17]) != chat {
		return Cursor{}, errs.ErrBadCursor
	}
	before := binary.BigEndian.Uint64(raw[17:])
	if before < 1 || before > math.MaxInt64 {
		return Cursor{}, errs.ErrBadCursor
	}
	return Cursor{chat, int64(before)}, nil
}

// Messages reads up to limit (1 to PageMaxMessages) messages older than the cursor, and
// stops once their texts together have maxBytes bytes. Any account may read any chat.
// Errors: chat-not-found.
func (s *Service) Messages(ctx context.Context, from Cursor, limit, maxBytes int) (Page, error) {
	messages, err := s.store.Messages(ctx, from.ChatID, from.Before, limit, maxBytes)
	if err != nil {
		return Page{}, err
	}
	if len(messages) == 0 {
		return s.emptyPage(ctx, from)
	}
	bytes := 0
	for i := range messages {
		bytes += len(messages[i].Text)
	}
	next := Cursor{from.ChatID, messages[len(messages)-1].Seq}
	return Page{messages, next, len(messages) < limit && bytes >= maxBytes}, nil
}

// emptyPage returns an iterator that stays valid: no older messages will ever exist, so
// it points at the start of the log.
func (s *Service) emptyPage(ctx context.Context, from Cursor) (Page, error) {
	exists, err := s.store.ChatExists(ctx, from.ChatID)
	if err == nil && !exists {
		err = errs.ErrChatNotFound
	}
	return Page{Next: Cursor{from.ChatID, 1}}, err
}
