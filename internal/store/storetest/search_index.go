package storetest

import (
	"slices"
	"sync/atomic"
	"testing"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

func indexTests() searchTests {
	return searchTests{
		"what is to index comes in the log's order":     unindexedOrder,
		"of several chats at once":                      unindexedChats,
		"several chats are extended at once":            extendChats,
		"the same chats by several, in any order":       extendTogether,
		"it stops at the bytes":                         unindexedBytes,
		"other events do not stop it":                   unindexedKinds,
		"nothing is found before it is indexed":         findUnindexed,
		"an index of a moved position adds nothing":     extendStale,
		"nor one that would leave a gap":                extendGap,
		"two indexers at once add once":                 extendRace,
		"a position moves over what is no message":      extendEmpty,
		"an index with a position knows what is new":    extendOn,
		"the lists of an account are of its chats":      accountLag,
		"the list of an account ends at its limit":      accountLagLimit,
		"the list of one chat is of that chat":          accountLagOfChat,
		"a chat with two names of it is listed once":    accountLagOnce,
		"an account that left has no chats to bring up": accountLagOfLeftChat,
	}
}

// fromStart is a chat of which nothing is indexed.
func fromStart(chat messenger.ID, lastSeq int64) search.IndexLag {
	return search.IndexLag{ChatID: chat, LastSeq: lastSeq}
}

// requireUnindexed compares what is to be indexed of one chat.
func requireUnindexed(
	t *testing.T, store Searched, behind search.IndexLag, mostBytes int, through int64, want ...messenger.Message,
) {
	t.Helper()
	extensions, err := store.ReadUnindexed(t.Context(), []search.IndexLag{behind}, mostBytes)
	check(t, err)
	requireEqual(t, readsOf(extensions), []unindexedRead{{behind, through, unindexed(want...)}})
}

// unindexedRead is an Extension without what the analyser adds.
type unindexedRead struct {
	Behind   search.IndexLag
	Through  int64
	Messages []messenger.Message
}

func readsOf(extensions []search.Extension) (reads []unindexedRead) {
	for _, extension := range extensions {
		read := unindexedRead{Behind: extension.IndexLag, Through: extension.Through}
		for _, entry := range extension.Entries {
			read.Messages = append(read.Messages, entry.Message)
		}
		reads = append(reads, read)
	}
	return reads
}

// unindexed are messages as ReadUnindexed gives them.
func unindexed(messages ...messenger.Message) (given []messenger.Message) {
	for _, m := range messages {
		given = append(given, messenger.Message{
			ID: m.ID, ChatID: m.ChatID, Seq: m.Seq, UserID: m.UserID, Text: m.Text, CreatedAt: m.CreatedAt,
		})
	}
	return given
}

func extend(t *testing.T, store Searched, behind search.IndexLag, through int64, messages ...messenger.Message) bool {
	t.Helper()
	extension := search.Extension{IndexLag: behind, Through: through, Entries: entriesOf(messages)}
	extended, err := store.ExtendIndex(t.Context(), []search.Extension{extension})
	check(t, err)
	requireEqual(t, len(extended), 1)
	return extended[0]
}

func requireLag(t *testing.T, store Searched, account messenger.ID, want ...search.IndexLag) {
	t.Helper()
	behind, err := store.AccountIndexLag(t.Context(), account, messenger.ID{}, 10)
	check(t, err)
	requireEqual(t, byChat(behind), byChat(want))
}

func byChat(list []search.IndexLag) map[messenger.ID]search.IndexLag {
	chats := map[messenger.ID]search.IndexLag{}
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
	requireUnindexed(t, store, fromStart(user.ChatID, 3), 1<<20, 3, sent...)
	requireUnindexed(t, store, search.IndexLag{ChatID: user.ChatID, Indexed: 1, LastSeq: 3}, 1<<20, 3, sent[1:]...)
	requireUnindexed(t, store, search.IndexLag{ChatID: user.ChatID, Indexed: 3, LastSeq: 3}, 1<<20, 3)
	// What was sent since the list was made can wait.
	requireUnindexed(t, store, fromStart(user.ChatID, 2), 1<<20, 2, sent[:2]...)
}

// unindexedChats reads of several chats: of each up to the place that is asked for.
func unindexedChats(t *testing.T, store Searched) {
	first, second, third := newMember(t, store), newMember(t, store), newMember(t, store)
	firsts, seconds, thirds := post(t, store, first, "one", "two"), post(t, store, second, "1234", "5", "6"), post(t, store, third, "seven")
	behind := []search.IndexLag{
		fromStart(second.ChatID, 2), {ChatID: first.ChatID, Indexed: 1, LastSeq: 2}, {ChatID: third.ChatID, Indexed: 1, LastSeq: 1},
		fromStart(third.ChatID, 1),
	}
	want := []unindexedRead{
		{behind[0], 2, unindexed(seconds[:2]...)}, {behind[1], 2, unindexed(firsts[1])}, {behind[2], 1, nil}, {behind[3], 1, unindexed(thirds...)},
	}
	got, err := store.ReadUnindexed(t.Context(), behind, 1<<20)
	check(t, err)
	requireEqual(t, readsOf(got), want)
	// The bytes count over all of them.
	for mostBytes, count := range map[int]int{5: 1, 6: 2, 9: 4} {
		got, err := store.ReadUnindexed(t.Context(), behind, mostBytes)
		check(t, err)
		requireEqual(t, readsOf(got), want[:count])
	}
	got, err = store.ReadUnindexed(t.Context(), behind, 3)
	check(t, err)
	requireEqual(t, readsOf(got), []unindexedRead{{behind[0], 1, unindexed(seconds[0])}})
}

// extendChats extends several at once, of which one has moved meanwhile.
func extendChats(t *testing.T, store Searched) {
	account := newAccount(t, store).ID
	var extensions []search.Extension
	var want []messenger.Message
	for i := range 4 {
		user := newUser(t, store, newChat(t, store), account)
		sent := post(t, store, user, "word", "word")
		if i == 1 {
			requireEqual(t, extend(t, store, fromStart(user.ChatID, 2), 1, sent[0]), true)
			want = append(want, sent[0])
		} else {
			want = append(want, sent...)
		}
		extensions = append(extensions, search.Extension{IndexLag: fromStart(user.ChatID, 2), Through: 2, Entries: entriesOf(sent)})
	}
	extended, err := store.ExtendIndex(t.Context(), extensions)
	check(t, err)
	requireEqual(t, extended, []bool{true, false, true, true})
	slices.SortFunc(want, func(a, b messenger.Message) int { return sortKeyOf(a).Compare(sortKeyOf(b)) })
	requireFound(t, store, account, criteria("word"), want...)
}

// extendTogether has two who extend the same chats in another order.
func extendTogether(t *testing.T, store Searched) {
	account := newAccount(t, store).ID
	var extensions []search.Extension
	for range 20 {
		user := newUser(t, store, newChat(t, store), account)
		sent := post(t, store, user, "word")
		extensions = append(extensions, search.Extension{IndexLag: fromStart(user.ChatID, 1), Through: 1, Entries: entriesOf(sent)})
	}
	var added atomic.Int64
	together(4, func(i int) {
		mine := slices.Clone(extensions)
		if i%2 == 1 {
			slices.Reverse(mine)
		}
		extended, err := store.ExtendIndex(t.Context(), mine)
		report(t, err)
		for _, moved := range extended {
			if moved {
				added.Add(1)
			}
		}
	})
	requireEqual(t, added.Load(), int64(len(extensions)))
	requireEqual(t, len(find(t, store, account, criteria("word"))), len(extensions))
}

func unindexedBytes(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "ая", "1234", "5", "6")
	// The text before a message's end is what counts: 4, 8, 9 and 10 bytes.
	for mostBytes, count := range map[int]int{0: 1, 1: 1, 4: 1, 5: 2, 8: 2, 9: 3, 10: 4, 11: 4} {
		requireUnindexed(t, store, fromStart(user.ChatID, 4), mostBytes, int64(count), sent[:count]...)
	}
}

func unindexedKinds(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "other", "one", "other", "two", "other", "other")
	for _, at := range []int{0, 2, 4, 5} {
		becomeAnotherKind(t, store, sent[at])
	}
	requireUnindexed(t, store, fromStart(user.ChatID, 6), 1<<20, 6, sent[1], sent[3])
	requireUnindexed(t, store, search.IndexLag{ChatID: user.ChatID, Indexed: 4, LastSeq: 6}, 1<<20, 6)
	index(t, store, user.AccountID)
	requireLag(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("other"))
	requireFound(t, store, user.AccountID, criteria("two"), sent[3])
}

func findUnindexed(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "word", "word")
	requireFound(t, store, user.AccountID, criteria("word"))
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 2), 1, sent[0]), true)
	requireFound(t, store, user.AccountID, criteria("word"), sent[0])
	requireLag(t, store, user.AccountID, search.IndexLag{ChatID: user.ChatID, Indexed: 1, LastSeq: 2})
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
	requireEqual(t, extend(t, store, search.IndexLag{ChatID: user.ChatID, Indexed: 1, LastSeq: 3}, 3, sent[1:]...), false)
	requireLag(t, store, user.AccountID, search.IndexLag{ChatID: user.ChatID, Indexed: 2, LastSeq: 3})
	requireFound(t, store, user.AccountID, criteria("word"), sent[1], sent[0])
}

func extendGap(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "word", "word", "word")
	afterGap := search.IndexLag{ChatID: user.ChatID, Indexed: 2, LastSeq: 3}
	requireEqual(t, extend(t, store, afterGap, 3, sent[2]), false)
	requireLag(t, store, user.AccountID, fromStart(user.ChatID, 3))
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 3), 1, sent[0]), true)
	requireEqual(t, extend(t, store, afterGap, 3, sent[2]), false)
	requireFound(t, store, user.AccountID, criteria("word"), sent[0])
}

func extendRace(t *testing.T, store Searched) {
	user := newMember(t, store)
	for round := range int64(10) {
		behind := search.IndexLag{ChatID: user.ChatID, Indexed: 2 * round, LastSeq: 2*round + 2}
		sent := post(t, store, user, "word", "word")
		var extended atomic.Int32
		together(4, func(i int) {
			// They have not read equally far.
			count := 1 + i%2
			extension := search.Extension{IndexLag: behind, Through: behind.Indexed + int64(count), Entries: entriesOf(sent[:count])}
			moved, err := store.ExtendIndex(t.Context(), []search.Extension{extension})
			report(t, err)
			if slices.Contains(moved, true) {
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
	requireLag(t, store, user.AccountID, search.IndexLag{ChatID: user.ChatID, Indexed: 1, LastSeq: 2})
	requireEqual(t, extend(t, store, search.IndexLag{ChatID: user.ChatID, Indexed: 1, LastSeq: 2}, 2, sent[1]), true)
	requireLag(t, store, user.AccountID)
}

func extendOn(t *testing.T, store Searched) {
	user := newMember(t, store)
	first := post(t, store, user, numbered(1, 700)...)
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("700"), first[699])
	second := post(t, store, user, "word")
	requireLag(t, store, user.AccountID, search.IndexLag{ChatID: user.ChatID, Indexed: 700, LastSeq: 701})
	index(t, store, user.AccountID)
	requireLag(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("word"), second[0])
}

func accountLag(t *testing.T, store Searched) {
	user := newMember(t, store)
	quiet := newUser(t, store, newChat(t, store), user.AccountID)
	busy := newUser(t, store, newChat(t, store), user.AccountID)
	stranger := newMember(t, store)
	post(t, store, user, "word")
	post(t, store, busy, "word", "word")
	post(t, store, stranger, "word")
	requireLag(t, store, user.AccountID, fromStart(user.ChatID, 1), fromStart(busy.ChatID, 2))
	requireLag(t, store, quiet.AccountID, fromStart(user.ChatID, 1), fromStart(busy.ChatID, 2))
	requireLag(t, store, stranger.AccountID, fromStart(stranger.ChatID, 1))
	requireLag(t, store, newAccount(t, store).ID)
	index(t, store, user.AccountID)
	requireLag(t, store, user.AccountID)
	requireLag(t, store, stranger.AccountID, fromStart(stranger.ChatID, 1))
}

func accountLagLimit(t *testing.T, store Searched) {
	user := newMember(t, store)
	post(t, store, user, "word")
	for range 2 {
		post(t, store, newUser(t, store, newChat(t, store), user.AccountID), "word")
	}
	for limit, want := range map[int]int{1: 1, 2: 2, 3: 3, 4: 3} {
		behind, err := store.AccountIndexLag(t.Context(), user.AccountID, messenger.ID{}, limit)
		check(t, err)
		requireEqual(t, len(behind), want)
		requireEqual(t, len(byChat(behind)), want)
	}
}

func accountLagOfChat(t *testing.T, store Searched) {
	user, stranger := newMember(t, store), newMember(t, store)
	other := newUser(t, store, newChat(t, store), user.AccountID)
	post(t, store, user, "word")
	post(t, store, other, "word")
	post(t, store, stranger, "word")
	for chat, want := range map[messenger.ID][]search.IndexLag{
		user.ChatID: {fromStart(user.ChatID, 1)}, other.ChatID: {fromStart(other.ChatID, 1)}, stranger.ChatID: nil,
	} {
		behind, err := store.AccountIndexLag(t.Context(), user.AccountID, chat, 1)
		check(t, err)
		requireEqual(t, byChat(behind), byChat(want))
	}
}

func accountLagOnce(t *testing.T, store Searched) {
	user := newMember(t, store)
	newUser(t, store, user.ChatID, user.AccountID)
	post(t, store, user, "word")
	behind, err := store.AccountIndexLag(t.Context(), user.AccountID, messenger.ID{}, 10)
	check(t, err)
	requireEqual(t, behind, []search.IndexLag{fromStart(user.ChatID, 1)})
}

func accountLagOfLeftChat(t *testing.T, store Searched) {
	user := newMember(t, store)
	post(t, store, user, "word")
	leave(t, store, user)
	requireLag(t, store, user.AccountID)
}
