package messenger

import (
	"context"
	"errors"
	"time"
)

// Store is what the domain needs of a database. Implementations are safe for
// concurrent use; times are kept to the microsecond. When the database can't
// answer, an error is of kind errs.Unavailable. storetest holds both to it.
//
// A chat's lock is what orders the changes of its users and events: on PostgreSQL the lock
// of its row, on SQLite the write lock of the whole database.
type Store interface {
	// Ping checks that the database answers and accepts writes.
	Ping(ctx context.Context) error

	// CreateAccount stores a new account, or returns errs.ErrUserAlreadyExists.
	CreateAccount(ctx context.Context, account Account) error
	// AccountByName and AccountByID return errs.ErrAccountNotFound for none.
	AccountByName(ctx context.Context, name string) (Account, error)
	AccountByID(ctx context.Context, id ID) (Account, error)
	// ChangePassword replaces the hash, if it is still oldHash, and in the same
	// transaction ends all sessions of the account but keep. It returns the sessions it
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
	// SessionsByToken finds the sessions of the hashes, ended ones included; unknown hashes are left out.
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
	// DeleteSessions deletes a bounded number of the sessions that ended before the
	// time, and returns how many.
	DeleteSessions(ctx context.Context, endedBefore time.Time) (int, error)

	CreateChat(ctx context.Context, chat Chat) error
	ChatExists(ctx context.Context, chat ID) (bool, error)
	// JoinChat stores the user, or returns the one that has its name in the chat
	// already, whosever it is; errs.ErrChatNotFound where there is no chat. It
	// holds the chat's lock, as AppendMessages does.
	JoinChat(ctx context.Context, user User) (User, error)
	// UserByName finds the user that has the name in the chat.
	UserByName(ctx context.Context, chat ID, name string) (user User, found bool, err error)
	// Messages reads up to limit messages with seq < before, newest first. It ends with the message
	// that brings the total size of the texts to maxBytes.
	Messages(ctx context.Context, chat ID, before int64, limit, maxBytes int) ([]Message, error)

	// TryCommit commits a no-op change, to check whether commits succeed.
	TryCommit(ctx context.Context) error
	// AppendMessages commits the batch in one transaction and returns each message's
	// result at the message's index. Holding the lock of each chat it checks, in this
	// order: the chat exists; the user is the account's in this chat; the message
	// is not stored yet: by its ID in the database, or by its account's
	// ClientMessageID in this chat, in the database or earlier in the batch. Only
	// messages that pass get a seq, so seq has no gaps. No two messages of a batch have
	// one ID.
	//
	// A message may be skipped, with a result whose Err wraps ErrBusy, because another
	// transaction holds its chat's lock. A returned error concerns the whole batch: nothing
	// of it is stored, unless the error is ErrOutcomeUnknown. The same batch may be retried.
	AppendMessages(ctx context.Context, batch []Message) ([]AppendResult, error)

	// Close ends all connections once what runs on them is done.
	Close() error
}

// AppendResult is the outcome of one message of a batch.
type AppendResult struct {
	// MessageID is the ID under which the message is stored: that of the first send where this is a retry.
	MessageID ID
	// Seq is 0 where Err is not nil.
	Seq int64
	// Repeated: an earlier send had already stored the message.
	Repeated bool
	// Err is errs.ErrChatNotFound, errs.ErrUserNotFound, one that wraps ErrBusy, or nil.
	Err error
}

// The errors of AppendMessages that callers tell apart. With any other error nothing was
// stored, and an immediate retry would not help.
var (
	// ErrRejected: the database rejected some message of the batch.
	ErrRejected = errors.New("rejected by the database")
	// ErrBusy: a lock was not acquired in time.
	ErrBusy = errors.New("the database is busy")
	// ErrOutcomeUnknown: the batch may be stored, not stored, or still be committed, since the
	// connection was lost. A store also returns it where nothing is stored and the same batch
	// is soon likely to be accepted, as after a failover: callers try it again.
	ErrOutcomeUnknown = errors.New("the outcome is unknown")
)
