package storetest

import (
	"strings"
	"testing"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

func repeatTests() tests {
	return tests{
		"a key is stored once within a batch":      repeatInBatch,
		"a key is stored once, whatever the text":  repeatAcrossBatches,
		"keys of other accounts are independent":   keyOfAnotherAccount,
		"keys of other chats are independent":      keyOfAnotherChat,
		"the users of an account share its keys":   repeatByAnotherUser,
		"messages without a key are never repeats": noKey,
		"a message id is stored once":              repeatByID,
		"a repeat by an unknown user is refused":   repeatByUnknownUser,
		"keys are compared exactly":                keysExact,
	}
}

func repeatInBatch(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	first, other := message(user, "key", "first"), message(user, "another", "other")
	answers := appendAll(t, store, first, message(user, "key", "second"), other, message(user, "key", "third"))
	requireAppended(t, answers, stored(first, 1), repeated(first, 1), stored(other, 2), repeated(first, 1))
	requireLog(t, store, user.ChatID, first, other)
}

func repeatAcrossBatches(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	first, other := message(user, "key", "first"), message(user, "", "other")
	requireAppended(t, appendAll(t, store, first), stored(first, 1))
	requireAppended(t, appendAll(t, store, other, message(user, "key", "second")), stored(other, 2), repeated(first, 1))
	requireAppended(t, appendAll(t, store, message(user, "key", "third")), repeated(first, 1))
	requireLog(t, store, user.ChatID, first, other)
}

func keyOfAnotherAccount(t *testing.T, store messenger.Store) {
	anna := newMember(t, store)
	boris := newUser(t, store, anna.ChatID, newAccount(t, store).ID)
	clara := newUser(t, store, anna.ChatID, newAccount(t, store).ID)
	a, b, c := message(anna, "key", "a"), message(boris, "key", "b"), message(clara, "key", "c")
	requireAppended(t, appendAll(t, store, a, b), stored(a, 1), stored(b, 2))
	requireAppended(t, appendAll(t, store, c), stored(c, 3))
}

func keyOfAnotherChat(t *testing.T, store messenger.Store) {
	here := newMember(t, store)
	there := newUser(t, store, newChat(t, store), here.AccountID)
	last := newUser(t, store, newChat(t, store), here.AccountID)
	a, b, c := message(here, "key", "a"), message(there, "key", "b"), message(last, "key", "c")
	requireAppended(t, appendAll(t, store, a, b), stored(a, 1), stored(b, 1))
	requireAppended(t, appendAll(t, store, c), stored(c, 1))
}

func repeatByAnotherUser(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	alias := newUser(t, store, user.ChatID, user.AccountID)
	first, second := message(user, "key", "first"), message(alias, "another", "second")
	requireAppended(t, appendAll(t, store, first, message(alias, "key", "x")), stored(first, 1), repeated(first, 1))
	requireAppended(t, appendAll(t, store, message(alias, "key", "x")), repeated(first, 1))
	requireAppended(t, appendAll(t, store, second, message(user, "another", "x")), stored(second, 2), repeated(second, 2))
}

func noKey(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	a, b, c := message(user, "", "same"), message(user, "", "same"), message(user, "", "same")
	requireAppended(t, appendAll(t, store, a, b), stored(a, 1), stored(b, 2))
	requireAppended(t, appendAll(t, store, c), stored(c, 3))
	for _, m := range wholeLog(t, store, user.ChatID) {
		requireEqual(t, m.ClientMessageID, "")
	}
}

func repeatByID(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	keyed, bare, last := message(user, "key", "a"), message(user, "", "b"), message(user, "", "c")
	requireAppended(t, appendAll(t, store, keyed, bare), stored(keyed, 1), stored(bare, 2))
	requireAppended(t, appendAll(t, store, keyed, bare), repeated(keyed, 1), repeated(bare, 2))
	requireAppended(t, appendAll(t, store, bare, last, keyed), repeated(bare, 2), stored(last, 3), repeated(keyed, 1))
	requireLog(t, store, user.ChatID, keyed, bare, last)
}

func repeatByUnknownUser(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	first := message(user, "key", "first")
	requireAppended(t, appendAll(t, store, first), stored(first, 1))
	again := first
	again.UserID = messenger.NewID()
	requireAppended(t, appendAll(t, store, again), refused(errs.ErrUserNotFound))
	nobody := user
	nobody.ID = messenger.NewID()
	requireAppended(t, appendAll(t, store, message(nobody, "key", "x")), refused(errs.ErrUserNotFound))
	// The key remains free for a user of the chat.
	fresh := message(user, "fresh", "fresh")
	requireAppended(t, appendAll(t, store, message(nobody, "fresh", "x"), fresh), refused(errs.ErrUserNotFound), stored(fresh, 2))
}

func keysExact(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	longest := strings.Repeat("𝔸", messenger.ClientMessageIDMaxCharacters)
	keys := append(similarNames(), longest, strings.TrimSuffix(longest, "𝔸"), " ", "\u00e9", "e\u0301")
	var batch []messenger.Message
	var want, again []messenger.AppendResult
	for i, key := range keys {
		batch = append(batch, message(user, key, "text"))
		want = append(want, stored(batch[i], int64(i+1)))
		again = append(again, repeated(batch[i], int64(i+1)))
	}
	requireAppended(t, appendAll(t, store, batch...), want...)
	for i, m := range wholeLog(t, store, user.ChatID) {
		requireEqual(t, m.ClientMessageID, keys[i])
	}
	for i, key := range keys {
		batch[i] = message(user, key, "text")
	}
	requireAppended(t, appendAll(t, store, batch...), again...)
}
