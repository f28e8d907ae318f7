package storetest

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

// operatorTests test messenger.OperatorStore.
func operatorTests() tests {
	return tests{
		"disabling an account ends its sessions":                    disableEnds,
		"disabling twice keeps the first time":                      disableTwice,
		"a concurrent log-in gets no session of a disabled account": disableAgainstLogIn,
		"a password reset ends sessions and enables the account":    resetEnables,
		"sessions are ended by account":                             endByAccount,
		"a session is ended by id":                                  endByID,
		"accounts are listed by name":                               listAccounts,
	}
}

func operatorStore(t *testing.T, store messenger.Store) messenger.OperatorStore {
	t.Helper()
	operator, ok := store.(messenger.OperatorStore)
	if !ok {
		t.Fatalf("%T is no messenger.OperatorStore", store)
	}
	return operator
}

func accountByID(t *testing.T, store messenger.Store, id messenger.ID) messenger.Account {
	t.Helper()
	account, err := store.AccountByID(t.Context(), id)
	check(t, err)
	return account
}

// sessionsOf returns the sessions' ids, sorted.
func sessionsOf(sessions ...opened) (ids []messenger.ID) {
	for _, session := range sessions {
		ids = append(ids, session.ID)
	}
	slices.SortFunc(ids, func(a, b messenger.ID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}

func disableEnds(t *testing.T, store messenger.Store) {
	account, neighbour := newAccount(t, store), newAccount(t, store)
	one, two, other := openSession(t, store, account), openSession(t, store, account), openSession(t, store, neighbour)
	now := moment(time.Minute)
	hashes, err := operatorStore(t, store).DisableAccount(t.Context(), account.ID, now)
	check(t, err)
	requireEqual(t, idsOf(t, store, hashes...), sessionsOf(one, two))
	requireSession(t, store, one, now)
	requireSession(t, store, other, time.Time{})
	account.DisabledAt = now
	requireAccount(t, store, account)
	token, refused := newSession(account)
	stored, err := store.CreateSession(t.Context(), refused, token.Hash(), account.PasswordHash)
	check(t, err)
	requireEqual(t, stored, false)

	check(t, operatorStore(t, store).EnableAccount(t.Context(), account.ID))
	account.DisabledAt = time.Time{}
	requireAccount(t, store, account)
	openSession(t, store, account)
}

func disableTwice(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	for i := range 2 {
		hashes, err := operatorStore(t, store).DisableAccount(t.Context(), account.ID, moment(time.Duration(i)*time.Minute))
		check(t, err)
		requireEqual(t, len(hashes), 0)
	}
	requireEqual(t, accountByID(t, store, account.ID).DisabledAt, moment(0))
}

// A concurrent log-in either comes first, and its session is ended, or later and is refused.
func disableAgainstLogIn(t *testing.T, store messenger.Store) {
	operator := operatorStore(t, store)
	for range 20 {
		account := newAccount(t, store)
		token, session := newSession(account)
		var failures [2]error
		concurrently(2, func(i int) {
			if i == 0 {
				_, failures[0] = store.CreateSession(t.Context(), session, token.Hash(), account.PasswordHash)
				return
			}
			_, failures[1] = operator.DisableAccount(t.Context(), account.ID, moment(time.Minute))
		})
		check(t, errors.Join(failures[:]...))
		open, err := store.OpenSessions(t.Context(), account.ID, messenger.ID{}, moment(time.Minute), messenger.MaxListedSessions)
		check(t, err)
		requireEqual(t, len(open), 0)
	}
}

func resetEnables(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	session := openSession(t, store, account)
	operator := operatorStore(t, store)
	_, err := operator.DisableAccount(t.Context(), account.ID, moment(time.Minute))
	check(t, err)
	account.PasswordHash = unique()
	hashes, err := operator.ResetPassword(t.Context(), account.ID, account.PasswordHash, moment(2*time.Minute))
	check(t, err)
	requireEqual(t, len(hashes), 0) // they were ended a minute before
	requireSession(t, store, session, moment(time.Minute))
	requireAccount(t, store, account)

	session = openSession(t, store, account)
	hashes, err = operator.ResetPassword(t.Context(), account.ID, unique(), moment(3*time.Minute))
	check(t, err)
	requireEqual(t, idsOf(t, store, hashes...), sessionsOf(session))
}

func endByAccount(t *testing.T, store messenger.Store) {
	account, neighbour := newAccount(t, store), newAccount(t, store)
	one, two, other := openSession(t, store, account), openSession(t, store, account), openSession(t, store, neighbour)
	hashes, err := operatorStore(t, store).EndAccountSessions(t.Context(), account.ID, moment(time.Minute))
	check(t, err)
	requireEqual(t, idsOf(t, store, hashes...), sessionsOf(one, two))
	requireSession(t, store, two, moment(time.Minute))
	requireSession(t, store, other, time.Time{})
}

func endByID(t *testing.T, store messenger.Store) {
	operator := operatorStore(t, store)
	account := newAccount(t, store)
	session, other := openSession(t, store, account), openSession(t, store, account)
	for i, want := range []bool{true, false} {
		hash, ended, err := operator.EndAnySession(t.Context(), session.ID, moment(time.Duration(i+1)*time.Minute))
		check(t, err)
		requireEqual(t, ended, want)
		if ended {
			requireEqual(t, idsOf(t, store, hash), sessionsOf(session))
		}
	}
	requireSession(t, store, session, moment(time.Minute))
	_, ended, err := operator.EndAnySession(t.Context(), other.ID, other.ExpiresAt)
	check(t, err)
	requireEqual(t, ended, false)
}

// endSome needs a store for itself, since it ends all sessions.
func endSome(t *testing.T, store messenger.Store) {
	operator := operatorStore(t, store)
	var all []opened
	for range 5 {
		all = append(all, openSession(t, store, newAccount(t, store)))
	}
	var ended []messenger.TokenHash
	for _, want := range []int{2, 2, 1, 0} {
		hashes, err := operator.EndSomeSessions(t.Context(), moment(time.Minute), 2)
		check(t, err)
		requireEqual(t, len(hashes), want)
		ended = append(ended, hashes...)
	}
	requireEqual(t, idsOf(t, store, ended...), sessionsOf(all...))
}

// listAccounts reads the list while other tests add accounts: each of its own accounts is listed
// once, in order.
func listAccounts(t *testing.T, store messenger.Store) {
	var want []string
	for range 7 {
		want = append(want, newAccount(t, store).Name)
	}
	slices.Sort(want)
	var got, all []string
	for after := ""; ; after = all[len(all)-1] {
		page, err := operatorStore(t, store).AccountsAfter(t.Context(), after, 3)
		check(t, err)
		for _, account := range page {
			all = append(all, account.Name)
			if _, mine := slices.BinarySearch(want, account.Name); mine {
				got = append(got, account.Name)
			}
		}
		if len(page) < 3 {
			break
		}
	}
	requireEqual(t, got, want)
	if !slices.IsSortedFunc(all, strings.Compare) {
		t.Errorf("out of order: %v", all)
	}
	if _, err := store.AccountByName(t.Context(), unique()); !errors.Is(err, errs.ErrAccountNotFound) {
		t.Error(err)
	}
}
