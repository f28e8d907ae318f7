package messenger

import (
	"context"
	"errors"
	"time"
)

// Store is what the domain needs of a database. Implementations are safe for
// concurrent use; times are kept to the microsecond. When the database can't
// answer, an error is of kind errs.Unavailable. storetest holds both to it.
type Store interface {
	// Ping asks whether the database answers and may be written to.
	Ping(ctx context.Context) error

	// CreateAccount stores a new account, or returns errs.ErrUserAlreadyExists.
	CreateAccount(ctx context.Context, account Account) error
	// AccountByName and AccountByID return errs.ErrAccountNotFound for none.
	AccountByName(ctx context.Context, name string) (Account, error)
	AccountByID(ctx context.Context, id ID) (Account, error)
	// ChangePassword replaces the hash, if it is still oldHash, and in the same
	// transaction ends all sessions of the account but keep. It reports which it
	// ended, and whether it changed anything.
	ChangePassword(
		ctx context.Context, account ID, oldHash, newHash string, keep ID, now time.Time,
	) (ended []TokenHash, changed bool, err error)
	// UpgradePasswordHash replaces the hash, if it is still oldHash, and reports
	// whether it did. Sessions stay.
	UpgradePasswordHash(ctx context.Context, account ID, oldHash, newHash string) (bool, error)

	// CreateSession stores a session unless the account's hash is no longer
	// passwordHash or the account is disabled, and reports whether it did.
	CreateSession(ctx context.Context, session Session, hash TokenHash, passwordHash string) (bool, error)
	// SessionsByToken finds what there is of the hashes, ended sessions too.
	SessionsByToken(ctx context.Context, hashes []TokenHash) (map[TokenHash]Session, error)
	// OpenSessions lists those of an account's sessions open at now that end last, newest
	// first. Where current is one of them it is listed, whenever it ends.
	OpenSessions(ctx context.Context, account, current ID, now time.Time, limit int) ([]Session, error)
	// LogInAddresses lists the addresses of up to limit of the newest sessions of the account of this name,
	// open or ended, that began at since or later; none where there is no such account.
	LogInAddresses(ctx context.Context, name string, since time.Time, limit int) ([]string, error)
	// EndSession marks a session of the account as logged out, if it was open at
	// now, and reports its token's hash and whether it did.
	EndSession(ctx context.Context, account, session ID, now time.Time) (hash TokenHash, ended bool, err error)
	// DeleteSessions deletes some of the sessions that ended before the time, and
	// reports how many.
	DeleteSessions(ctx context.Context, endedBefore time.Time) (int, error)

	CreateChat(ctx context.Context, chat Chat) error
	ChatExists(ctx context.Context, chat ID) (bool, error)
	// JoinChat stores the user, or returns the one that has its name in the chat
	// already, whosever it is; errs.ErrChatNotFound where there is no chat. It
	// holds the chat's lock, as AppendMessages does.
	JoinChat(ctx context.Context, user User) (User, error)
	// UserByName finds the user that has the name in the chat.
	UserByName(ctx context.Context, chat ID, name string) (user User, found bool, err error)
	// Messages reads up to limit messages with seq < before, newest first, and ends with the one with
	// which their texts have bytesMost bytes together.
	Messages(ctx context.Context, chat ID, before int64, limit, bytesMost int) ([]Message, error)

	// TryCommit commits a change that changes nothing, to see whether commits succeed.
	TryCommit(ctx context.Context) error
	// AppendMessages commits the batch in one transaction and answers each
	// message at its own index. Under the lock of each chat it judges, in this
	// order: the chat exists; the user is the account's in this chat; the message
	// is not stored yet: by its ID in the database, or by its account's
	// ClientMessageID in this chat, in the database or earlier in the batch. Only
	// what is left is numbered: seq has no holes. No two messages of a batch have
	// one ID.
	//
	// A message may be left out, with an error that wraps ErrBusy, because others
	// have its chat locked. An error is about the whole batch, of which then nothing is
	// stored unless the error is ErrOutcomeUnknown. The same batch may be tried again.
	AppendMessages(ctx context.Context, batch []Message) ([]AppendResult, error)

	// Close ends all connections once what runs on them is done.
	Close() error
}

// AppendResult is the outcome of one message of a batch.
type AppendResult struct {
	// MessageID is that of the message stored first, where it was a retry.
	MessageID ID
	// Seq is 0 where Err is not nil.
	Seq int64
	// Repeated: the message had been stored before.
	Repeated bool
	// Err is errs.ErrChatNotFound, errs.ErrUserNotFound, one that wraps ErrBusy, or nil.
	Err error
}

// The reasons for which AppendMessages fails; with any other, nothing was
// stored and another try at once would not help.
var (
	// ErrRejected: the database refused something in the batch.
	ErrRejected = errors.New("rejected by the database")
	// ErrBusy: a lock was not to be had in time.
	ErrBusy = errors.New("the database is busy")
	// ErrOutcomeUnknown: the connection was lost; the batch may be stored or not,
	// or be stored yet.
	ErrOutcomeUnknown = errors.New("the outcome is unknown")
)
