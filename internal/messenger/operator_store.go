package messenger

import (
	"context"
	"time"
)

// OperatorStore is what an Operator needs of a database. The guarantees of Store apply.
type OperatorStore interface {
	CreateAccount(ctx context.Context, account Account) error
	AccountByName(ctx context.Context, name string) (Account, error)
	// ResetPassword replaces the hash, enables the account, and ends all its sessions,
	// which it returns.
	ResetPassword(ctx context.Context, account ID, hash string, now time.Time) ([]TokenHash, error)
	// DisableAccount marks the account as disabled since now, unless it is already,
	// and ends all its sessions, which it returns.
	DisableAccount(ctx context.Context, account ID, now time.Time) ([]TokenHash, error)
	// EnableAccount removes that mark.
	EnableAccount(ctx context.Context, account ID) error
	// AccountsAfter lists up to limit accounts whose names sort after the given one
	// by their bytes, in that order.
	AccountsAfter(ctx context.Context, name string, limit int) ([]Account, error)
	// EndAccountSessions ends all open sessions of the account, which it returns.
	EndAccountSessions(ctx context.Context, account ID, now time.Time) ([]TokenHash, error)
	// EndAnySession ends an open session of any account, and reports whether it did.
	EndAnySession(ctx context.Context, session ID, now time.Time) (hash TokenHash, ended bool, err error)
	// EndSomeSessions ends up to limit open sessions of any accounts, which it returns.
	EndSomeSessions(ctx context.Context, now time.Time, limit int) ([]TokenHash, error)
}
