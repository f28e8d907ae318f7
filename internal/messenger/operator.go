package messenger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/password"
)

// sessionsPerTransaction is how many sessions EndAllSessions ends in one transaction.
const sessionsPerTransaction = 1000

// Operator has the administrative use cases on accounts and sessions. It is safe for
// concurrent use. Its methods pass the sessions that they ended to ended, which
// publishes them to caches.
type Operator struct {
	store     OperatorStore
	passwords *password.Hasher
	ended     func(ctx context.Context, hashes []TokenHash) error
}

// NewOperator makes an Operator. An error of ended is returned by the method that
// called it; the method's change is committed nevertheless.
func NewOperator(
	store OperatorStore, passwords *password.Hasher, ended func(ctx context.Context, hashes []TokenHash) error,
) *Operator {
	return &Operator{store, passwords, ended}
}

func operatorNow() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// CreateAccount makes an account. Errors: bad-parameters, user-already-exists.
func (o *Operator) CreateAccount(ctx context.Context, name, password string) error {
	name, err := cleanNewName("user_name", name)
	if err != nil {
		return err
	}
	hash, err := o.hash(ctx, password)
	if err != nil {
		return err
	}
	return o.store.CreateAccount(ctx, Account{ID: NewID(), Name: name, PasswordHash: hash, CreatedAt: operatorNow()})
}

// SetPassword sets a new password, ends all sessions of the account, and enables it.
// Errors: bad-parameters, user-not-found.
func (o *Operator) SetPassword(ctx context.Context, name, password string) (ended int, err error) {
	account, err := o.changeableAccount(ctx, name)
	if err != nil {
		return 0, err
	}
	hash, err := o.hash(ctx, password)
	if err != nil {
		return 0, err
	}
	return o.publishEnded(ctx)(o.store.ResetPassword(ctx, account.ID, hash, operatorNow()))
}

// Disable prevents log-ins to the account, and ends its sessions.
// Errors: user-not-found.
func (o *Operator) Disable(ctx context.Context, name string) (ended int, err error) {
	account, err := o.changeableAccount(ctx, name)
	if err != nil {
		return 0, err
	}
	return o.publishEnded(ctx)(o.store.DisableAccount(ctx, account.ID, operatorNow()))
}

// Enable lets the account be used again. Errors: user-not-found.
func (o *Operator) Enable(ctx context.Context, name string) error {
	account, err := o.changeableAccount(ctx, name)
	if err != nil {
		return err
	}
	return o.store.EnableAccount(ctx, account.ID)
}

// Accounts lists up to limit accounts whose names sort after the given one.
func (o *Operator) Accounts(ctx context.Context, after string, limit int) ([]Account, error) {
	return o.store.AccountsAfter(ctx, after, limit)
}

// EndAccountSessions ends all sessions of an account. Errors: user-not-found.
func (o *Operator) EndAccountSessions(ctx context.Context, name string) (ended int, err error) {
	account, err := o.accountByName(ctx, name)
	if err != nil {
		return 0, err
	}
	return o.publishEnded(ctx)(o.store.EndAccountSessions(ctx, account.ID, operatorNow()))
}

// EndSession ends one session. Errors: session-not-found.
func (o *Operator) EndSession(ctx context.Context, session ID) error {
	hash, ended, err := o.store.EndAnySession(ctx, session, operatorNow())
	if err == nil && !ended {
		err = errs.ErrSessionNotFound
	}
	if err != nil {
		return err
	}
	_, err = o.publishEnded(ctx)([]TokenHash{hash}, nil)
	return err
}

// EndAllSessions ends the sessions of all accounts that are open at its start, in several
// transactions. After a failure, calling it again ends the remaining ones.
func (o *Operator) EndAllSessions(ctx context.Context) (ended int, err error) {
	for now := operatorNow(); ; {
		some, err := o.publishEnded(ctx)(o.store.EndSomeSessions(ctx, now, sessionsPerTransaction))
		ended += some
		if err != nil || some < sessionsPerTransaction {
			return ended, err
		}
	}
}

// changeableAccount finds an account that an operator may change: any but the built-in one,
// which nobody logs in to.
func (o *Operator) changeableAccount(ctx context.Context, name string) (Account, error) {
	account, err := o.accountByName(ctx, name)
	if err == nil && account.ID == AnonymousAccount.ID {
		err = errs.ErrBadParameters.WithDetails("%s is the built-in account, which nobody logs in to", name)
	}
	return account, err
}

func (o *Operator) accountByName(ctx context.Context, name string) (Account, error) {
	name, err := cleanName("user_name", name)
	if err != nil {
		return Account{}, err
	}
	account, err := o.store.AccountByName(ctx, name)
	if err != nil && !errors.Is(err, errs.ErrAccountNotFound) {
		err = fmt.Errorf("look up the account: %w", err)
	}
	return account, err
}

func (o *Operator) hash(ctx context.Context, password string) (string, error) {
	if err := checkPassword("password", password); err != nil {
		return "", err
	}
	return o.passwords.Hash(ctx, password)
}

// publishEnded returns a function that passes ended sessions to o.ended and counts them.
func (o *Operator) publishEnded(ctx context.Context) func(hashes []TokenHash, err error) (int, error) {
	return func(hashes []TokenHash, err error) (int, error) {
		if err != nil || len(hashes) == 0 {
			return 0, err
		}
		return len(hashes), o.ended(ctx, hashes)
	}
}
