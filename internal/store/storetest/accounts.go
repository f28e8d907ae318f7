package storetest

import (
	"errors"
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

func accountTests() tests {
	return tests{
		"a stored account is read unchanged":                 accountUnchanged,
		"an unknown account is not found":                    accountUnknown,
		"a name is taken once":                               accountNameTaken,
		"of concurrent registrations of a name one succeeds": accountNameRace,
		"names are compared exactly":                         accountNamesExact,
		"the longest name is stored completely":              accountLongestName,
		"the built-in account exists":                        accountBuiltIn,
		"the database answers":                               databaseAnswers,
	}
}

func accountUnchanged(t *testing.T, store messenger.Store) {
	account := messenger.Account{
		ID: messenger.NewID(), Name: "Зоя 'quoted' \"name\" 👩‍🚀 \\ % _",
		PasswordHash: "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$a2V5", CreatedAt: moment(time.Microsecond),
	}
	check(t, store.CreateAccount(t.Context(), account))
	requireAccount(t, store, account)
}

func requireAccount(t *testing.T, store messenger.Store, want messenger.Account) {
	t.Helper()
	byName, err := store.AccountByName(t.Context(), want.Name)
	check(t, err)
	requireEqual(t, byName, want)
	byID, err := store.AccountByID(t.Context(), want.ID)
	check(t, err)
	requireEqual(t, byID, want)
}

func accountUnknown(t *testing.T, store messenger.Store) {
	_, err := store.AccountByName(t.Context(), unique())
	requireError(t, err, errs.ErrAccountNotFound)
	_, err = store.AccountByID(t.Context(), messenger.NewID())
	requireError(t, err, errs.ErrAccountNotFound)
}

func accountNameTaken(t *testing.T, store messenger.Store) {
	first := newAccount(t, store)
	second := messenger.Account{ID: messenger.NewID(), Name: first.Name, PasswordHash: unique(), CreatedAt: moment(time.Hour)}
	requireError(t, store.CreateAccount(t.Context(), second), errs.ErrUserAlreadyExists)
	requireAccount(t, store, first)
	_, err := store.AccountByID(t.Context(), second.ID)
	requireError(t, err, errs.ErrAccountNotFound)
}

func accountNameRace(t *testing.T, store messenger.Store) {
	name := unique()
	failures := make([]error, 8)
	concurrently(len(failures), func(i int) {
		failures[i] = store.CreateAccount(t.Context(), messenger.Account{ID: messenger.NewID(), Name: name, CreatedAt: moment(0)})
	})
	made := 0
	for _, err := range failures {
		if err == nil {
			made++
		} else if !errors.Is(err, errs.ErrUserAlreadyExists) {
			t.Errorf("unexpected error: %v", err)
		}
	}
	if made != 1 {
		t.Errorf("%d accounts have the name, want 1", made)
	}
}

// similarNames are names that a collation or trimming could treat as equal.
func similarNames() []string {
	return []string{
		"strasse", "Strasse", "STRASSE", "straße", "strasse ", " strasse", "strasse\t", "str\u00e1sse",
		"s\u200btrasse", "ѕtrasse", "ﬆrasse", "stras", "strass", "%", "_",
	}
}

func accountNamesExact(t *testing.T, store messenger.Store) {
	var accounts []messenger.Account
	for _, name := range similarNames() {
		account := messenger.Account{ID: messenger.NewID(), Name: name, PasswordHash: unique(), CreatedAt: moment(0)}
		check(t, store.CreateAccount(t.Context(), account))
		accounts = append(accounts, account)
	}
	for _, account := range accounts {
		requireAccount(t, store, account)
	}
}

func accountLongestName(t *testing.T, store messenger.Store) {
	account := messenger.Account{ID: messenger.NewID(), Name: longestName, PasswordHash: unique(), CreatedAt: moment(0)}
	check(t, store.CreateAccount(t.Context(), account))
	requireAccount(t, store, account)
}

func accountBuiltIn(t *testing.T, store messenger.Store) {
	want := messenger.AnonymousAccount
	account, err := store.AccountByName(t.Context(), want.Name)
	check(t, err)
	want.CreatedAt = account.CreatedAt
	requireAccount(t, store, want)
	err = store.CreateAccount(t.Context(), messenger.Account{ID: messenger.NewID(), Name: want.Name, CreatedAt: moment(0)})
	requireError(t, err, errs.ErrUserAlreadyExists)
}

func databaseAnswers(t *testing.T, store messenger.Store) {
	check(t, store.Ping(t.Context()))
}
