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

// rehashed is a store with one account, which opens sessions for its present hash only.
type rehashed struct {
	singleAccountStore

	opened int
}

func (r *rehashed) UpgradePasswordHash(_ context.Context, _ ID, oldHash, newHash string) (bool, error) {
	if oldHash != r.account.PasswordHash {
		return false, nil
	}
	r.account.PasswordHash = newHash
	return true, nil
}

func (r *rehashed) CreateSession(_ context.Context, _ Session, _ TokenHash, passwordHash string) (bool, error) {
	if passwordHash != r.account.PasswordHash {
		return false, nil
	}
	r.opened++
	return true, nil
}

// A log-in whose password is hashed anew opens its session for the new hash.
func TestLogInThatUpgradesTheHash(t *testing.T) {
	old, err := password.NewHasher(password.Params{Time: 1, Memory: 8, Threads: 1}, 1, 1).Hash(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	store := &rehashed{}
	store.account = Account{ID: ID{1}, Name: "alice", PasswordHash: old}
	today := password.NewHasher(password.Params{Time: 2, Memory: 8, Threads: 1}, 1, 1)
	service := NewService(store, today, Options{}, slog.New(slog.DiscardHandler))
	for i := range 2 {
		if _, err := service.LogIn(t.Context(), "alice", "right", "", ""); err != nil || store.opened != i+1 {
			t.Errorf("log-in %d: the error is %v, %d sessions were opened", i, err, store.opened)
		}
	}
	if store.account.PasswordHash == old {
		t.Error("the hash is the old one")
	}
}
