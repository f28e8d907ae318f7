package messenger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"messenger-api/internal/errs"
)

// Account registers and logs in.
type Account struct {
	ID   ID
	Name string
	// PasswordHash is empty for the built-in account, which nobody can log in to.
	PasswordHash string
	CreatedAt    time.Time
	// DisabledAt is when the account was disabled, so that nobody can log in to it; zero for an enabled one.
	DisabledAt time.Time
}

// AnonymousAccount is the built-in account on whose behalf every request is made when
// the auth app is switched off. The first migration creates it, so nobody can register
// its name.
var AnonymousAccount = Account{ID: ID{15: 1}, Name: "anonymous"}

// Register makes an account. Errors: bad-parameters, user-already-exists.
func (s *Service) Register(ctx context.Context, name, password string) error {
	name, err := cleanNewName("user_name", name)
	if err != nil {
		return err
	}
	if err := checkPassword("password", password); err != nil {
		return err
	}
	// This check saves the costly hash; of two concurrent registrations the insert below refuses one.
	switch _, err := s.store.AccountByName(ctx, name); {
	case err == nil:
		return errs.ErrUserAlreadyExists
	case !errors.Is(err, errs.ErrAccountNotFound):
		return fmt.Errorf("look up the account: %w", err)
	}
	hash, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.store.CreateAccount(ctx, Account{ID: NewID(), Name: name, PasswordHash: hash, CreatedAt: s.now()})
}

// ChangePassword sets a new password and ends all sessions of the account but
// the caller's. It returns the token hashes of the ended sessions. Errors:
// bad-parameters, bad-password (the current password is wrong).
func (s *Service) ChangePassword(ctx context.Context, caller Session, password, newPassword string) ([]TokenHash, error) {
	if err := errors.Join(checkPassword("password", password), checkPassword("new_password", newPassword)); err != nil {
		return nil, err
	}
	account, err := s.store.AccountByID(ctx, caller.AccountID)
	if err != nil {
		return nil, fmt.Errorf("look up the account: %w", err)
	}
	matches, _, err := s.passwords.Verify(ctx, account.PasswordHash, password)
	if err != nil {
		return nil, err
	}
	if !matches || !account.DisabledAt.IsZero() {
		return nil, errs.ErrBadPassword
	}
	hash, err := s.passwords.Hash(ctx, newPassword)
	if err != nil {
		return nil, err
	}
	ended, changed, err := s.store.ChangePassword(ctx, account.ID, account.PasswordHash, hash, caller.ID, s.now())
	if err == nil && !changed {
		// Another change of the same password came first.
		return nil, errs.ErrBadPassword
	}
	return ended, err
}

func checkPassword(field, password string) error {
	switch {
	case password == "":
		return errs.ErrBadParameters.WithDetails("%s must not be empty", field)
	case len(password) > PasswordMaxBytes:
		return errs.ErrBadParameters.WithDetails("%s has more than %d bytes", field, PasswordMaxBytes)
	}
	return checkText(field, password)
}
