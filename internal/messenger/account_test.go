package messenger

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/password"
)

// singleAccountStore is a store with one account, which may be changed concurrently.
type singleAccountStore struct {
	scriptedStore

	account Account
	// conflict: a concurrent change of the account has won.
	conflict bool
	// failure is returned by SessionsByToken.
	failure error
}

func (o *singleAccountStore) AccountByName(context.Context, string) (Account, error) {
	return o.account, nil
}
func (o *singleAccountStore) AccountByID(context.Context, ID) (Account, error) { return o.account, nil }

func (o *singleAccountStore) ChangePassword(context.Context, ID, string, string, ID, time.Time) ([]TokenHash, bool, error) {
	return nil, !o.conflict, nil
}

func (o *singleAccountStore) CreateSession(context.Context, Session, TokenHash, string) (bool, error) {
	return !o.conflict, nil
}

func (o *singleAccountStore) SessionsByToken(context.Context, []TokenHash) (map[TokenHash]Session, error) {
	return nil, o.failure
}

// newAccount makes a service with an account whose password is "right".
func newAccount(t *testing.T, disabledAt time.Time) (*Service, *singleAccountStore) {
	t.Helper()
	hasher := password.NewHasher(password.Params{Time: 1, Memory: 8, Threads: 1}, 1, 1)
	hash, err := hasher.Hash(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	store := &singleAccountStore{account: Account{ID: ID{1}, Name: "alice", PasswordHash: hash, DisabledAt: disabledAt}}
	return NewService(store, hasher, Options{}, slog.New(slog.DiscardHandler)), store
}

// The right password is refused like a wrong one where the account is disabled, and
// where a concurrent change of the password won.
func TestRightPasswordIsNotEnough(t *testing.T) {
	for name, c := range map[string]struct {
		disabledAt time.Time
		conflict   bool
		want       error
	}{
		"in use": {}, "disabled": {disabledAt: time.Unix(1, 0), want: errs.ErrBadPassword}, "changed concurrently": {conflict: true, want: errs.ErrBadPassword},
	} {
		t.Run(name, func(t *testing.T) {
			service, store := newAccount(t, c.disabledAt)
			store.conflict = c.conflict
			if _, err := service.LogIn(t.Context(), "alice", "right", "", ""); !errors.Is(err, c.want) {
				t.Errorf("log in: the error is %v, want %v", err, c.want)
			}
			if _, err := service.ChangePassword(t.Context(), Session{AccountID: ID{1}}, "right", "new"); !errors.Is(err, c.want) {
				t.Errorf("change the password: the error is %v, want %v", err, c.want)
			}
		})
	}
}

// A database that does not answer is no reason to call a session unknown.
func TestSessionsThatCannotBeLookedUp(t *testing.T) {
	service, store := newAccount(t, time.Time{})
	store.failure = errs.ErrServiceUnavailable
	if _, err := service.Session(t.Context(), Token{1}); !errs.Is(err, errs.Unavailable) {
		t.Errorf("the error is %v, want service-unavailable", err)
	}
	store.failure = nil
	if _, err := service.Session(t.Context(), Token{1}); !errors.Is(err, errs.ErrInvalidSession) {
		t.Errorf("the error is %v, want invalid-session-id", err)
	}
}
