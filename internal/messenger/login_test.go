package messenger

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"messenger-api/internal/errs"
	"messenger-api/internal/password"
)

// noAccounts is a store without any account.
type noAccounts struct{ scriptedStore }

func (*noAccounts) AccountByName(context.Context, string) (Account, error) {
	return Account{}, errs.ErrAccountNotFound
}

// Where accounts are hidden, a log-in to one that does not exist hashes the password,
// as one to an account that does: where nothing can be hashed it learns nothing.
func TestHiddenAccountsAreHashedFor(t *testing.T) {
	const atOnce, waiting = 1, 0
	cheap := password.Params{Time: 1, Memory: 8, Threads: 1}
	logIn := func(hide bool, hasher *password.Hasher) error {
		service := NewService(&noAccounts{}, hasher, Options{HideAccounts: hide}, slog.New(slog.DiscardHandler))
		_, err := service.LogIn(t.Context(), "nobody", "a password", "", "")
		return err
	}
	if err := logIn(true, password.NewHasher(cheap, atOnce, waiting)); !errors.Is(err, errs.ErrBadPassword) {
		t.Errorf("the error is %v, want that of a wrong password", err)
	}
	busy := password.NewHasher(cheap, 0, waiting) // it has no turn to give
	if err := logIn(true, busy); !errs.Is(err, errs.Unavailable) {
		t.Errorf("while nothing can be hashed the error is %v, want the same as for an account that exists", err)
	}
	if err := logIn(false, busy); !errors.Is(err, errs.ErrAccountNotFound) {
		t.Errorf("where accounts are not hidden the error is %v", err)
	}
}
