package storetest

import (
	"bytes"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

func sessionEndTests() tests {
	return tests{
		"the time of the end is kept after the expiry": endTimeKept,
		"another account's session is not ended":       endForeign,
		"an expired or unknown session is not ended":   endExpired,
		"of concurrent ends one succeeds":              endRace,
		"only sessions that ended before are deleted":  deleteEnded,
	}
}

func end(t *testing.T, store messenger.Store, account, session messenger.ID, now time.Time) bool {
	t.Helper()
	hash, ended, err := store.EndSession(t.Context(), account, session, now)
	check(t, err)
	if ended {
		requireEqual(t, idsOf(t, store, hash), []messenger.ID{session})
	}
	return ended
}

// idsOf returns the ids of the hashes' sessions, sorted.
func idsOf(t *testing.T, store messenger.Store, hashes ...messenger.TokenHash) (ids []messenger.ID) {
	t.Helper()
	found, err := store.SessionsByToken(t.Context(), hashes)
	check(t, err)
	for _, session := range found {
		ids = append(ids, session.ID)
	}
	slices.SortFunc(ids, func(a, b messenger.ID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}

func endTimeKept(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	session, neighbour := openSession(t, store, account), openSession(t, store, account)
	now := moment(12*time.Minute + time.Microsecond)
	requireEqual(t, end(t, store, account.ID, session.ID, now), true)
	requireSession(t, store, session, now)
	requireSession(t, store, neighbour, time.Time{})
	// Ending it again changes nothing, before and after its expiry.
	requireEqual(t, end(t, store, account.ID, session.ID, moment(20*time.Minute)), false)
	requireEqual(t, end(t, store, account.ID, session.ID, moment(20*time.Hour)), false)
	requireSession(t, store, session, now)
}

func endForeign(t *testing.T, store messenger.Store) {
	session := openSession(t, store, newAccount(t, store))
	requireEqual(t, end(t, store, newAccount(t, store).ID, session.ID, moment(time.Minute)), false)
	requireSession(t, store, session, time.Time{})
}

func endExpired(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	session := openSession(t, store, account)
	requireEqual(t, end(t, store, account.ID, messenger.NewID(), moment(0)), false)
	requireEqual(t, end(t, store, account.ID, session.ID, session.ExpiresAt), false)
	requireSession(t, store, session, time.Time{})
	last := session.ExpiresAt.Add(-time.Microsecond)
	requireEqual(t, end(t, store, account.ID, session.ID, last), true)
	requireSession(t, store, session, last)
}

func endRace(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	session := openSession(t, store, account)
	var ends atomic.Int64
	concurrently(8, func(i int) {
		_, ended, err := store.EndSession(t.Context(), account.ID, session.ID, moment(time.Duration(i)*time.Second))
		if err != nil {
			t.Errorf("unexpected error: %v", err)
		}
		if ended {
			ends.Add(1)
		}
	})
	requireEqual(t, ends.Load(), 1)
}

// deleteEnded uses times decades before those of the other tests, so as not to delete their sessions.
func deleteEnded(t *testing.T, store messenger.Store) {
	account := newAccount(t, store)
	then := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	made, later := then.Add(-time.Hour), then.Add(time.Hour)
	gone := []opened{
		openSessionFor(t, store, account, made, then.Add(-time.Microsecond)),
		openSessionFor(t, store, account, made, later),
	}
	requireEqual(t, end(t, store, account.ID, gone[1].ID, then.Add(-time.Microsecond)), true)
	expiresThen := openSessionFor(t, store, account, made, then)
	endsThen := openSessionFor(t, store, account, made, later)
	requireEqual(t, end(t, store, account.ID, endsThen.ID, then), true)
	open := openSessionFor(t, store, account, made, later)

	requireEqual(t, deleteAll(t, store, then), len(gone))
	for _, session := range gone {
		found, err := store.SessionsByToken(t.Context(), []messenger.TokenHash{session.token.Hash()})
		check(t, err)
		requireEqual(t, len(found), 0)
	}
	requireSession(t, store, expiresThen, time.Time{})
	requireSession(t, store, endsThen, then)
	requireSession(t, store, open, time.Time{})
}

// deleteAll deletes until no session is left to delete, and returns how many it deleted.
func deleteAll(t *testing.T, store messenger.Store, endedBefore time.Time) int {
	t.Helper()
	total := 0
	for {
		deleted, err := store.DeleteSessions(t.Context(), endedBefore)
		check(t, err)
		if deleted == 0 {
			return total
		}
		total += deleted
	}
}
