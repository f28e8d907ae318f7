package storetest

import (
	"slices"
	"testing"

	"messenger-api/internal/messenger"
)

// RunVersions holds a store to what it promises of indexes made by other analysers. open gives a migrated store on one
// database, as a process with an analyser of that version has it, and what closes it; the test has one open at a time.
func RunVersions(t *testing.T, open func(t *testing.T, version string) (store SearchStore, shut func())) {
	store, shut := open(t, "one")
	user := newMember(t, store)
	sent := post(t, store, user, "first words")
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	shut()

	// Another one has an index of its own, which lacks all.
	store, shut = open(t, "two")
	requireToIndex(t, store, user, 1)
	requireFound(t, store, user.AccountID, criteria("words"))
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	sent = append(post(t, store, user, "second words"), sent...)
	index(t, store, user.AccountID)
	check(t, store.BuildIndex(t.Context()))
	shut()

	// The one before has its index still, up to where it came.
	store, shut = open(t, "one")
	requireToIndex(t, store, user, 1)
	requireFound(t, store, user.AccountID, criteria("words"), sent[1:]...)
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	shut()

	// With a third one, that which was not used last is dropped, and made anew when it comes back.
	store, shut = open(t, "three")
	requireToIndex(t, store, user, 2)
	index(t, store, user.AccountID)
	shut()
	store, shut = open(t, "one")
	requireToIndex(t, store, user, 0)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	shut()
	store, shut = open(t, "two")
	requireToIndex(t, store, user, 2)
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	shut()

	// And so is the one in the tables that are always there, while others stand.
	store, shut = open(t, "four")
	index(t, store, user.AccountID)
	shut()
	store, shut = open(t, "five")
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("words"), sent...)
	shut()
	store, shut = open(t, "one")
	requireToIndex(t, store, user, 2)
	shut()
}

// requireToIndex compares how many events of the user's chat are not indexed; none means that it is not behind.
func requireToIndex(t *testing.T, store SearchStore, user messenger.User, want int64) {
	t.Helper()
	behind, err := store.AccountIndexLag(t.Context(), user.AccountID, messenger.ID{}, 10)
	check(t, err)
	got := int64(0)
	for _, one := range behind {
		got += one.Messages()
	}
	requireEqual(t, got, want)
}

// RunInterruptedFill checks that an index that is filled in bulk is so to its end, whatever process goes on with it.
// open is that of RunVersions.
func RunInterruptedFill(t *testing.T, open func(t *testing.T, version string) (store SearchStore, shut func())) {
	const version = "one"
	store, shut := open(t, version)
	user := newMember(t, store)
	sent := post(t, store, user, slices.Repeat([]string{"word"}, 4)...)
	requireEqual(t, deferred(t, Searched{SearchStore: store}, 4), true)
	requireEqual(t, extend(t, Searched{SearchStore: store}, fromStart(user.ChatID, 4), 3, sent[:3]...), true)
	shut()

	store, shut = open(t, version)
	requireEqual(t, deferred(t, Searched{SearchStore: store}, 4), true)
	index(t, store, user.AccountID)
	shut()

	// What is left to do once all is indexed.
	store, shut = open(t, version)
	requireEqual(t, deferred(t, Searched{SearchStore: store}, 4), true)
	check(t, store.BuildIndex(t.Context()))
	requireFound(t, store, user.AccountID, criteria("word"), sent[3], sent[2], sent[1], sent[0])
	shut()

	store, shut = open(t, version)
	requireEqual(t, deferred(t, Searched{SearchStore: store}, 4), false)
	shut()
}
