package transfer

import (
	"bufio"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"

	"messenger-api/internal/messenger"
)

// headerType is the type of the first line; the others are of rows.
const (
	headerType  = "messenger-api export"
	accountType = "account"
	sessionType = "session"
	chatType    = "chat"
	userType    = "chat_user"
	eventType   = "event"
)

const bufferBytes = 256 << 10

// Writer writes an export. Its methods must be called in the order of Tables, for each row in the
// order of the primary key. It is not safe for concurrent use.
type Writer struct {
	out             *bufio.Writer
	line            []byte
	counts, written Counts
}

// NewWriter returns a Writer, which buffers until Close.
func NewWriter(out io.Writer) *Writer { return &Writer{out: bufio.NewWriterSize(out, bufferBytes)} }

// Counts writes the first line. It must be called first.
func (w *Writer) Counts(counts Counts) error {
	w.counts = counts
	return write(w, headerLine{headerType, Version, counts}, new(int64))
}

// Account writes a row of accounts.
func (w *Writer) Account(a *messenger.Account) error {
	return write(w, accountLine{
		accountType, hexID(a.ID), a.Name, a.PasswordHash, stamp(a.CreatedAt), stamp(a.DisabledAt),
	}, &w.written.Accounts)
}

// Session writes a row of sessions.
func (w *Writer) Session(s *Session) error {
	return write(w, sessionLine{
		sessionType, hexHash(s.Hash), hexID(s.ID), hexID(s.AccountID), stamp(s.CreatedAt), stamp(s.ExpiresAt),
		stamp(s.LoggedOutAt), s.Address, s.UserAgent,
	}, &w.written.Sessions)
}

// Chat writes a row of chats.
func (w *Writer) Chat(c *messenger.Chat) error {
	return write(w, chatLine{chatType, hexID(c.ID), c.Name, hexID(c.CreatedBy), stamp(c.CreatedAt), c.LastSeq}, &w.written.Chats)
}

// User writes a row of chat_users.
func (w *Writer) User(u *messenger.User) error {
	return write(w, userLine{
		userType, hexID(u.ChatID), hexID(u.ID), hexID(u.AccountID), u.Name, stamp(u.CreatedAt),
	}, &w.written.Users)
}

// Event writes a row of events.
func (w *Writer) Event(e *Event) error {
	if e.Kind != KindMessage {
		return fmt.Errorf("the database has an event of kind %d, which this version does not know", e.Kind)
	}
	return write(w, eventLine{
		eventType, hexID(e.ChatID), e.Seq, e.Kind, stamp(e.CreatedAt), hexID(e.AccountID), hexID(e.UserID), hexID(e.MessageID),
		e.ClientMessageID, e.Text,
	}, &w.written.Events)
}

// Close flushes the buffer. It returns an error if the numbers of rows are not those of Counts.
func (w *Writer) Close() error {
	if w.written != w.counts {
		return fmt.Errorf("the database returned %+v rows after it had counted %+v", w.written, w.counts)
	}
	return w.out.Flush()
}

// Written returns the numbers of rows that were written.
func (w *Writer) Written() Counts { return w.written }

func write[Line any](w *Writer, line Line, count *int64) error {
	encoded, err := json.Marshal(&line)
	if err != nil {
		return fmt.Errorf("encode a row: %w", err)
	}
	*count++
	w.line = append(append(w.line[:0], encoded...), '\n')
	if _, err := w.out.Write(w.line); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	return nil
}
