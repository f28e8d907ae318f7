package messenger

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// MaxListedSessions is the most sessions that Sessions returns.
const MaxListedSessions = 100

// endedSessionRetention is how long a session stays in the database after its end,
// so that requests with its token learn why it is not valid.
const endedSessionRetention = 30 * 24 * time.Hour

// Session is one log-in of an account.
type Session struct {
	// ID identifies the session; it is not its secret token.
	ID        ID
	AccountID ID
	CreatedAt time.Time
	ExpiresAt time.Time
	// LoggedOutAt is when the session was ended before its expiry, zero if it was not.
	LoggedOutAt time.Time
	// Address and UserAgent are those of the log-in.
	Address   string
	UserAgent string
}

// Token is the secret of a session: 128 random bits. Only its hash is stored.
type Token [16]byte

// TokenHash is the SHA-256 of a Token, the only form in which tokens are stored.
type TokenHash [sha256.Size]byte

// ParseToken reads a token as String gives it; like every identifier, it may
// also have a UUID's dashes or upper-case letters.
func ParseToken(text string) (Token, bool) {
	id, ok := ParseID(text)
	return Token(id), ok
}

// Reveal returns the token as 32 hexadecimal digits, for the response to the client.
// Never log it.
func (t Token) Reveal() string { return hex.EncodeToString(t[:]) }

// String hides the token from logs.
func (t Token) String() string { return "(token)" }

// Hash gives what is stored of the token.
func (t Token) Hash() TokenHash { return sha256.Sum256(t[:]) }
