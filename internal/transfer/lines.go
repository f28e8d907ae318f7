package transfer

import (
	"encoding/hex"
	"errors"
	"time"

	"messenger-api/internal/messenger"
)

// The types of lines, with the fields in the order of the file. A NULL is left out.

type headerLine struct {
	Type    string `json:"type"`
	Version int    `json:"version"`
	Counts
}

type accountLine struct {
	Type         string `json:"type"`
	ID           hexID  `json:"account_id"`
	Name         string `json:"user_name"`
	PasswordHash string `json:"password_hash"`
	CreatedAt    stamp  `json:"created_at"`
	DisabledAt   stamp  `json:"disabled_at,omitzero"`
}

type sessionLine struct {
	Type        string  `json:"type"`
	Hash        hexHash `json:"token_hash"`
	ID          hexID   `json:"session_id"`
	AccountID   hexID   `json:"account_id"`
	CreatedAt   stamp   `json:"created_at"`
	ExpiresAt   stamp   `json:"expires_at"`
	LoggedOutAt stamp   `json:"logged_out_at,omitzero"`
	Address     string  `json:"address"`
	UserAgent   string  `json:"user_agent"`
}

type chatLine struct {
	Type      string `json:"type"`
	ID        hexID  `json:"chat_id"`
	Name      string `json:"chat_name"`
	CreatedBy hexID  `json:"created_by"`
	CreatedAt stamp  `json:"created_at"`
	LastSeq   int64  `json:"last_seq"`
}

type userLine struct {
	Type      string `json:"type"`
	ChatID    hexID  `json:"chat_id"`
	ID        hexID  `json:"user_id"`
	AccountID hexID  `json:"account_id"`
	Name      string `json:"user_name"`
	CreatedAt stamp  `json:"created_at"`
}

type eventLine struct {
	Type            string  `json:"type"`
	ChatID          hexID   `json:"chat_id"`
	Seq             int64   `json:"seq"`
	Kind            int     `json:"kind"`
	CreatedAt       stamp   `json:"created_at"`
	AccountID       hexID   `json:"account_id"`
	UserID          hexID   `json:"user_id,omitzero"`
	MessageID       hexID   `json:"message_id,omitzero"`
	ClientMessageID *string `json:"client_message_id,omitzero"`
	Text            *string `json:"text,omitzero"`
}

// errFormat has no details, so that no content of a line gets into an error.
var errFormat = errors.New("not in the format of export")

// hexID is an ID as 32 hexadecimal digits.
type hexID messenger.ID

// MarshalText implements encoding.TextMarshaler.
func (id hexID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *hexID) UnmarshalText(text []byte) error { return decodeHex(id[:], text) }

// hexHash is a token hash as 64 hexadecimal digits.
type hexHash messenger.TokenHash

// MarshalText implements encoding.TextMarshaler.
func (h hexHash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *hexHash) UnmarshalText(text []byte) error { return decodeHex(h[:], text) }

func decodeHex(target, text []byte) error {
	if len(text) != 2*len(target) {
		return errFormat
	}
	if _, err := hex.Decode(target, text); err != nil {
		return errFormat
	}
	return nil
}

// stamp is a time as RFC 3339 in UTC with microseconds.
type stamp time.Time

const stampLayout = "2006-01-02T15:04:05.000000Z"

// IsZero makes omitzero leave out the zero time.
func (s stamp) IsZero() bool { return time.Time(s).IsZero() }

// MarshalText implements encoding.TextMarshaler.
func (s stamp) MarshalText() ([]byte, error) {
	return time.Time(s).UTC().AppendFormat(nil, stampLayout), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *stamp) UnmarshalText(text []byte) error {
	read, err := time.Parse(stampLayout, string(text))
	if err != nil {
		return errFormat
	}
	*s = stamp(read)
	return nil
}

func (s stamp) time() time.Time { return time.Time(s) }

func (l accountLine) kind() string { return l.Type }
func (l sessionLine) kind() string { return l.Type }
func (l chatLine) kind() string    { return l.Type }
func (l userLine) kind() string    { return l.Type }
func (l eventLine) kind() string   { return l.Type }
