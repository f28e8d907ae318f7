package storetest

import (
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

func passwordTests() tests {
	return tests{
		"a password change ends the other sessions":                 changeEndsOthers,
		"a change with an outdated hash is refused":                 changeRefused,
		"of concurrent changes one succeeds":                        changeRace,
		"a concurrent log-in gets no session with the old password": changeAgainstLogIn,
		"a hash upgrade ends no sessions":                           upgradeKeepsSessions,
		"an upgrade of an outdated hash is refused":                 upgradeRefused,
	}
}

func changeEndsOthers(t *testing.T, store messenger.Store) {
	account, stranger := newAccount(t, store), newAccount(t, store)
	keep, other, third := openSession(t, store, account), openSession(t, store, account), openSession(t, store, account)
	foreign := openSession(t, store, stranger)
	now := moment(time.Minute)
	ended, changed, err := store.ChangePassword(t.Context(), account.ID, account.PasswordHash, "new", keep.ID, now)
	check(t, err)
	requireEqual(t, changed, true)
	requireEqual(t, idsOf(t, store, ended...), []messenger.ID{other.ID, third.ID})
	account.PasswordHash = "new"
	requireAccount(t, store, account)
	requireAccount(t, store, stranger)
	requireSession(t, store, keep, time.Time{})
	requireSession(t, store, other, now)
	requireSession(t, store, third, now)
	requireSession(t, store, foreign, time.Time{})
}

func changeRefused(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	keep, other := openSession(t, store, account), openSession(t, store, account)
	ended, changed, err := store.ChangePassword(t.Context(), account.ID, "another hash", "new", keep.ID, moment(time.Minute))
	check(t, err)
	requireEqual(t, changed, false)
	requireEqual(t, len(ended), 0)
	requireAccount(t, store, account)
	requireSession(t, store, keep, time.Time{})
	requireSession(t, store, other, time.Time{})
}

func changeRace(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	var made atomic.Int64
	concurrently(8, func(int) {
		_, changed, err := store.ChangePassword(
			t.Context(), account.ID, account.PasswordHash, unique(), messenger.NewID(), moment(time.Minute))
		if err != nil {
			t.Errorf("unexpected error: %v", err)
		}
		if changed {
			made.Add(1)
		}
	})
	requireEqual(t, made.Load(), 1)
}

// changeAgainstLogIn: a log-in with the old password either comes before the change, which ends its
// session, or is refused.
func changeAgainstLogIn(t *testing.T, store messenger.Store) {
	for range 20 {
		account := newAccount(t, store)
		token, session := newSession(account)
		var stored, changed bool
		var openErr, changeErr error
		concurrently(2, func(i int) {
			if i == 0 {
				stored, openErr = store.CreateSession(t.Context(), session, token.Hash(), account.PasswordHash)
				return
			}
			_, changed, changeErr = store.ChangePassword(
				t.Context(), account.ID, account.PasswordHash, "new", messenger.NewID(), moment(time.Minute))
		})
		check(t, openErr)
		check(t, changeErr)
		requireEqual(t, changed, true)
		open, err := store.OpenSessions(t.Context(), account.ID, messenger.ID{}, moment(time.Minute), messenger.MaxListedSessions)
		check(t, err)
		if len(open) != 0 {
			t.Fatalf("a session of the old password is open (stored: %v)", stored)
		}
	}
}

func upgradeKeepsSessions(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	session := openSession(t, store, account)
	changed, err := store.UpgradePasswordHash(t.Context(), account.ID, account.PasswordHash, "new")
	check(t, err)
	requireEqual(t, changed, true)
	account.PasswordHash = "new"
	requireAccount(t, store, account)
	requireSession(t, store, session, time.Time{})
}

func upgradeRefused(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	changed, err := store.UpgradePasswordHash(t.Context(), account.ID, "another hash", "new")
	check(t, err)
	requireEqual(t, changed, false)
	requireAccount(t, store, account)
}
