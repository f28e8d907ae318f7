package storetest

import (
	"slices"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

// RunVersions tests that a store handles the indexes of other versions of the analyser. open returns a migrated store for
// a version, always on the same database, and a function that closes it; one is open at a time.
func RunVersions(t *testing.T, open func(t *testing.T, version string) (store Searched, shut func())) {
	store, shut := open(t, "one")
	user := newMember(t, store)
	sent := post(t, store, user, "first words")
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	shut()

	// Another version has its own index, which is empty.
	store, shut = open(t, "two")
	requireLagEvents(t, store, user, 1)
	requireFound(t, store, user.AccountID, criteria("words"))
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	sent = append(post(t, store, user, "second words"), sent...)
	index(t, store, user.AccountID)
	check(t, store.BuildIndex(t.Context(), func(time.Duration) {}))
	shut()

	// The previous version still has its index, up to its position.
	store, shut = open(t, "one")
	requireLagEvents(t, store, user, 1)
	requireFound(t, store, user.AccountID, criteria("words"), sent[1:]...)
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	shut()

	// With a third version, the one that was not used last is dropped, and built again when it returns.
	store, shut = open(t, "three")
	requireLagEvents(t, store, user, 2)
	index(t, store, user.AccountID)
	shut()
	store, shut = open(t, "one")
	requireLagEvents(t, store, user, 0)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	shut()
	store, shut = open(t, "two")
	requireLagEvents(t, store, user, 2)
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	shut()

	// The same for the index in the tables of the migrations, while others exist.
	store, shut = open(t, "four")
	index(t, store, user.AccountID)
	shut()
	store, shut = open(t, "five")
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	shut()
	store, shut = open(t, "one")
	requireLagEvents(t, store, user, 2)
	shut()
}

// RunDeletionsInVersions checks that a deleted message, and one of a chat that the account has left, is shown from the index
// of no version, whichever was in use at the deletion. open is that of RunVersions.
func RunDeletionsInVersions(t *testing.T, open func(t *testing.T, version string) (store Searched, shut func())) {
	versions := []string{"one", "two"}
	var user, other messenger.User
	var sent, otherSent []messenger.Message
	for _, version := range versions {
		store, shut := open(t, version)
		if sent == nil {
			user = newMember(t, store)
			other = newUser(t, store, newChat(t, store), user.AccountID)
			sent, otherSent = post(t, store, user, "first word", "second word", "third word"), post(t, store, other, "fourth word")
		}
		index(t, store, user.AccountID)
		requireEqual(t, len(find(t, store, user.AccountID, criteria("word"))), len(sent)+len(otherSent))
		shut()
	}
	left := sent
	for i, deletion := range []func(store Searched){
		func(store Searched) {
			changeKind(t, store, sent[2])
			left = sent[:2]
		},
		func(store Searched) {
			store.Execute(t, "DELETE FROM events WHERE message_id = $1", sent[1].ID)
			left = sent[:1]
		},
		func(store Searched) {
			leave(t, store, other)
			otherSent = nil
		},
	} {
		store, shut := open(t, versions[i%len(versions)])
		deletion(store)
		shut()
		for _, version := range versions {
			store, shut := open(t, version)
			found := find(t, store, user.AccountID, criteria("word"))
			shown, err := store.LoadHits(t.Context(), user.AccountID, found, findLimitMax, 1<<30)
			check(t, err)
			ids := map[messenger.ID]bool{}
			for _, hit := range shown {
				ids[hit.SortKey.MessageID] = true
			}
			for _, message := range slices.Concat(left, otherSent) {
				requireEqual(t, ids[message.ID], true)
			}
			requireEqual(t, len(shown), len(left)+len(otherSent))
			shut()
		}
	}
}

// requireLagEvents compares how many events of the user's chat are not indexed.
func requireLagEvents(t *testing.T, store Searched, user messenger.User, want int64) {
	t.Helper()
	lag, err := store.AccountIndexLag(t.Context(), user.AccountID, messenger.ID{}, 10)
	check(t, err)
	got := int64(0)
	for _, one := range lag {
		got += one.Messages()
	}
	requireEqual(t, got, want)
}

// RunInterruptedFill checks that a bulk fill of the index stays one until its end, also if another process continues it.
// open is that of RunVersions.
func RunInterruptedFill(t *testing.T, open func(t *testing.T, version string) (store Searched, shut func())) {
	const version = "one"
	store, shut := open(t, version)
	user := newMember(t, store)
	sent := post(t, store, user, slices.Repeat([]string{"word"}, 4)...)
	requireEqual(t, deferred(t, store, 4), true)
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 4), 3, sent[:3]...), true)
	shut()

	store, shut = open(t, version)
	requireEqual(t, deferred(t, store, 4), true)
	index(t, store, user.AccountID)
	shut()

	// What is left to do once all is indexed.
	store, shut = open(t, version)
	requireEqual(t, deferred(t, store, 4), true)
	check(t, store.BuildIndex(t.Context(), func(time.Duration) {}))
	requireFound(t, store, user.AccountID, criteria("word"), sent[3], sent[2], sent[1], sent[0])
	shut()

	store, shut = open(t, version)
	requireEqual(t, deferred(t, store, 4), false)
	shut()
}
