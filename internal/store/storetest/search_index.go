package storetest

import (
	"sync/atomic"
	"testing"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

func indexTests() searchTests {
	return searchTests{
		"what is to index comes in the log's order":     unindexedOrder,
		"it stops at the limit":                         unindexedLimit,
		"it stops at the bytes":                         unindexedBytes,
		"other events do not stop it":                   unindexedKinds,
		"nothing is found before it is indexed":         findUnindexed,
		"an index of a moved position adds nothing":     extendStale,
		"nor one that would leave a gap":                extendGap,
		"two indexers at once add once":                 extendRace,
		"a position moves over what is no message":      extendEmpty,
		"an index with a position knows what is new":    extendOn,
		"the lists of an account are of its chats":      behindOf,
		"the list of an account ends at its limit":      behindOfLimit,
		"the list of one chat is of that chat":          behindOfChat,
		"a chat with two names of it is listed once":    behindOfTwice,
		"an account that left has no chats to bring up": behindOfLeft,
	}
}

// fromStart is a chat of which nothing is indexed.
func fromStart(chat messenger.ID, lastSeq int64) search.Behind {
	return search.Behind{ChatID: chat, LastSeq: lastSeq}
}

func requireUnindexed(
	t *testing.T, store Searched, behind search.Behind, limit, mostBytes int, through int64, want ...messenger.Message,
) {
	t.Helper()
	messages, reached, err := store.Unindexed(t.Context(), behind, limit, mostBytes)
	check(t, err)
	requireEqual(t, reached, through)
	if len(messages) > 0 || len(want) > 0 {
		requireEqual(t, messages, want)
	}
}

func extend(t *testing.T, store Searched, behind search.Behind, through int64, messages ...messenger.Message) bool {
	t.Helper()
	extended, err := store.Extend(t.Context(), behind, through, entriesOf(messages))
	check(t, err)
	return extended
}

func requireBehind(t *testing.T, store Searched, account messenger.ID, want ...search.Behind) {
	t.Helper()
	behind, err := store.BehindOf(t.Context(), account, messenger.ID{}, 10)
	check(t, err)
	requireEqual(t, byChat(behind), byChat(want))
}

func byChat(list []search.Behind) map[messenger.ID]search.Behind {
	chats := map[messenger.ID]search.Behind{}
	for _, behind := range list {
		chats[behind.ChatID] = behind
	}
	return chats
}

func unindexedOrder(t *testing.T, store Searched) {
	user := newMember(t, store)
	other := newUser(t, store, user.ChatID, newAccount(t, store).ID)
	sent := post(t, store, user, "one", "two")
	keyed := message(other, "key", "three")
	sent = append(sent, postAll(t, store, other, keyed)...)
	requireUnindexed(t, store, fromStart(user.ChatID, 3), 10, 1<<20, 3, sent...)
	requireUnindexed(t, store, search.Behind{ChatID: user.ChatID, Indexed: 1, LastSeq: 3}, 10, 1<<20, 3, sent[1:]...)
	requireUnindexed(t, store, search.Behind{ChatID: user.ChatID, Indexed: 3, LastSeq: 3}, 10, 1<<20, 3)
	// What was sent since the list was made can wait.
	requireUnindexed(t, store, fromStart(user.ChatID, 2), 10, 1<<20, 2, sent[:2]...)
}

func unindexedLimit(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "one", "two", "three")
	for limit := 1; limit <= 3; limit++ {
		requireUnindexed(t, store, fromStart(user.ChatID, 3), limit, 1<<20, int64(limit), sent[:limit]...)
	}
}

func unindexedBytes(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "ая", "1234", "5", "6")
	// The text before a message's end is what counts: 4, 8, 9 and 10 bytes.
	for mostBytes, count := range map[int]int{0: 1, 1: 1, 4: 1, 5: 2, 8: 2, 9: 3, 10: 4, 11: 4} {
		requireUnindexed(t, store, fromStart(user.ChatID, 4), 10, mostBytes, int64(count), sent[:count]...)
	}
}

func unindexedKinds(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "other", "one", "other", "two", "other", "other")
	for _, at := range []int{0, 2, 4, 5} {
		becomeAnotherKind(t, store, sent[at])
	}
	requireUnindexed(t, store, fromStart(user.ChatID, 6), 10, 1<<20, 6, sent[1], sent[3])
	requireUnindexed(t, store, search.Behind{ChatID: user.ChatID, Indexed: 4, LastSeq: 6}, 10, 1<<20, 6)
	messages, through, err := store.Unindexed(t.Context(), fromStart(user.ChatID, 6), 1, 1<<20)
	check(t, err)
	requireEqual(t, messages, sent[1:2])
	requireEqual(t, through == 2 || through == 3, true)
	index(t, store, user.AccountID)
	requireBehind(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("other"))
	requireFound(t, store, user.AccountID, criteria("two"), sent[3])
}

func findUnindexed(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "word", "word")
	requireFound(t, store, user.AccountID, criteria("word"))
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 2), 1, sent[0]), true)
	requireFound(t, store, user.AccountID, criteria("word"), sent[0])
	requireBehind(t, store, user.AccountID, search.Behind{ChatID: user.ChatID, Indexed: 1, LastSeq: 2})
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("word"), sent[1], sent[0])
}

func extendStale(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "word", "word", "word")
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 3), 2, sent[:2]...), true)
	// Those who read earlier come too late, whether they go less far or farther.
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 3), 1, sent[0]), false)
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 3), 2, sent[:2]...), false)
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 3), 3, sent...), false)
	requireEqual(t, extend(t, store, search.Behind{ChatID: user.ChatID, Indexed: 1, LastSeq: 3}, 3, sent[1:]...), false)
	requireBehind(t, store, user.AccountID, search.Behind{ChatID: user.ChatID, Indexed: 2, LastSeq: 3})
	requireFound(t, store, user.AccountID, criteria("word"), sent[1], sent[0])
}

func extendGap(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "word", "word", "word")
	afterGap := search.Behind{ChatID: user.ChatID, Indexed: 2, LastSeq: 3}
	requireEqual(t, extend(t, store, afterGap, 3, sent[2]), false)
	requireBehind(t, store, user.AccountID, fromStart(user.ChatID, 3))
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 3), 1, sent[0]), true)
	requireEqual(t, extend(t, store, afterGap, 3, sent[2]), false)
	requireFound(t, store, user.AccountID, criteria("word"), sent[0])
}

func extendRace(t *testing.T, store Searched) {
	user := newMember(t, store)
	for round := range int64(10) {
		behind := search.Behind{ChatID: user.ChatID, Indexed: 2 * round, LastSeq: 2*round + 2}
		sent := post(t, store, user, "word", "word")
		var extended atomic.Int32
		together(4, func(i int) {
			// They have not read equally far.
			count := 1 + i%2
			ok, err := store.Extend(t.Context(), behind, behind.Indexed+int64(count), entriesOf(sent[:count]))
			if err != nil {
				t.Errorf("unexpected error: %v", err)
			}
			if ok {
				extended.Add(1)
			}
		})
		requireEqual(t, extended.Load(), 1)
		index(t, store, user.AccountID)
	}
	requireEqual(t, len(find(t, store, user.AccountID, criteria("word"))), 20)
}

func extendEmpty(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "other", "word")
	becomeAnotherKind(t, store, sent[0])
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 2), 1), true)
	requireBehind(t, store, user.AccountID, search.Behind{ChatID: user.ChatID, Indexed: 1, LastSeq: 2})
	requireEqual(t, extend(t, store, search.Behind{ChatID: user.ChatID, Indexed: 1, LastSeq: 2}, 2, sent[1]), true)
	requireBehind(t, store, user.AccountID)
}

func extendOn(t *testing.T, store Searched) {
	user := newMember(t, store)
	first := post(t, store, user, numbered(1, 700)...)
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("700"), first[699])
	second := post(t, store, user, "word")
	requireBehind(t, store, user.AccountID, search.Behind{ChatID: user.ChatID, Indexed: 700, LastSeq: 701})
	index(t, store, user.AccountID)
	requireBehind(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("word"), second[0])
}

func behindOf(t *testing.T, store Searched) {
	user := newMember(t, store)
	quiet := newUser(t, store, newChat(t, store), user.AccountID)
	busy := newUser(t, store, newChat(t, store), user.AccountID)
	stranger := newMember(t, store)
	post(t, store, user, "word")
	post(t, store, busy, "word", "word")
	post(t, store, stranger, "word")
	requireBehind(t, store, user.AccountID, fromStart(user.ChatID, 1), fromStart(busy.ChatID, 2))
	requireBehind(t, store, quiet.AccountID, fromStart(user.ChatID, 1), fromStart(busy.ChatID, 2))
	requireBehind(t, store, stranger.AccountID, fromStart(stranger.ChatID, 1))
	requireBehind(t, store, newAccount(t, store).ID)
	index(t, store, user.AccountID)
	requireBehind(t, store, user.AccountID)
	requireBehind(t, store, stranger.AccountID, fromStart(stranger.ChatID, 1))
}

func behindOfLimit(t *testing.T, store Searched) {
	user := newMember(t, store)
	post(t, store, user, "word")
	for range 2 {
		post(t, store, newUser(t, store, newChat(t, store), user.AccountID), "word")
	}
	for limit, want := range map[int]int{1: 1, 2: 2, 3: 3, 4: 3} {
		behind, err := store.BehindOf(t.Context(), user.AccountID, messenger.ID{}, limit)
		check(t, err)
		requireEqual(t, len(behind), want)
		requireEqual(t, len(byChat(behind)), want)
	}
}

func behindOfChat(t *testing.T, store Searched) {
	user, stranger := newMember(t, store), newMember(t, store)
	other := newUser(t, store, newChat(t, store), user.AccountID)
	post(t, store, user, "word")
	post(t, store, other, "word")
	post(t, store, stranger, "word")
	for chat, want := range map[messenger.ID][]search.Behind{
		user.ChatID: {fromStart(user.ChatID, 1)}, other.ChatID: {fromStart(other.ChatID, 1)}, stranger.ChatID: nil,
	} {
		behind, err := store.BehindOf(t.Context(), user.AccountID, chat, 1)
		check(t, err)
		requireEqual(t, byChat(behind), byChat(want))
	}
}

func behindOfTwice(t *testing.T, store Searched) {
	user := newMember(t, store)
	newUser(t, store, user.ChatID, user.AccountID)
	post(t, store, user, "word")
	behind, err := store.BehindOf(t.Context(), user.AccountID, messenger.ID{}, 10)
	check(t, err)
	requireEqual(t, behind, []search.Behind{fromStart(user.ChatID, 1)})
}

func behindOfLeft(t *testing.T, store Searched) {
	user := newMember(t, store)
	post(t, store, user, "word")
	leave(t, store, user)
	requireBehind(t, store, user.AccountID)
}
