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
		"unindexed messages are in the log's order":           unindexedOrder,
		"unindexed messages of several chats":                 unindexedChats,
		"several chats are extended at once":                  extendChats,
		"concurrent extensions in different orders":           extendConcurrently,
		"unindexed messages are bounded by bytes":             unindexedBytes,
		"events of other kinds are skipped":                   unindexedKinds,
		"nothing is found before it is indexed":               findUnindexed,
		"an outdated extension adds nothing":                  extendStale,
		"an extension that would leave a gap adds nothing":    extendGap,
		"concurrent identical extensions add once":            extendRace,
		"a position advances over other events":               extendOverOtherEvents,
		"new messages are listed after a position":            lagAfterPosition,
		"an account's lag has only its chats":                 accountLag,
		"an account's lag is limited":                         accountLagLimit,
		"the lag of one chat has only that chat":              accountLagOfChat,
		"a chat with two users of the account is listed once": accountLagOnce,
		"a left chat is not listed":                           accountLagOfLeftChat,
	}
}

// fromStart is the lag of a chat of which nothing is indexed.
func fromStart(chat messenger.ID, lastSeq int64) search.IndexLag {
	return search.IndexLag{ChatID: chat, LastSeq: lastSeq}
}

// requireUnindexed compares the unindexed messages of one chat.
func requireUnindexed(
	t *testing.T, store Searched, lag search.IndexLag, maxBytes int, through int64, want ...messenger.Message,
) {
	t.Helper()
	extensions, err := store.ReadUnindexed(t.Context(), []search.IndexLag{lag}, maxBytes)
	check(t, err)
	requireEqual(t, withoutDocuments(extensions), []unindexedExtension{{lag, through, unindexed(want...)}})
}

// unindexedExtension is an Extension without documents.
type unindexedExtension struct {
	Behind   search.IndexLag
	Through  int64
	Messages []messenger.Message
}

func withoutDocuments(extensions []search.Extension) (reads []unindexedExtension) {
	for _, extension := range extensions {
		read := unindexedExtension{Behind: extension.IndexLag, Through: extension.Through}
		for _, entry := range extension.Entries {
			read.Messages = append(read.Messages, entry.Message)
		}
		reads = append(reads, read)
	}
	return reads
}

// unindexed returns messages as ReadUnindexed does, without the fields that it leaves out.
func unindexed(messages ...messenger.Message) (given []messenger.Message) {
	for _, m := range messages {
		given = append(given, messenger.Message{
			ID: m.ID, ChatID: m.ChatID, Seq: m.Seq, UserID: m.UserID, Text: m.Text, CreatedAt: m.CreatedAt,
		})
	}
	return given
}

func extend(t *testing.T, store Searched, lag search.IndexLag, through int64, messages ...messenger.Message) bool {
	t.Helper()
	extension := search.Extension{IndexLag: lag, Through: through, Entries: entriesOf(messages)}
	extended, err := store.ExtendIndex(t.Context(), []search.Extension{extension})
	check(t, err)
	requireEqual(t, len(extended), 1)
	return extended[0]
}

func requireLag(t *testing.T, store Searched, account messenger.ID, want ...search.IndexLag) {
	t.Helper()
	lag, err := store.AccountIndexLag(t.Context(), account, messenger.ID{}, 10)
	check(t, err)
	requireEqual(t, byChat(lag), byChat(want))
}

func byChat(list []search.IndexLag) map[messenger.ID]search.IndexLag {
	chats := map[messenger.ID]search.IndexLag{}
	for _, lag := range list {
		chats[lag.ChatID] = lag
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
	// Messages after LastSeq are not read.
	requireUnindexed(t, store, fromStart(user.ChatID, 2), 1<<20, 2, sent[:2]...)
}

// unindexedChats reads several chats, each up to its LastSeq.
func unindexedChats(t *testing.T, store Searched) {
	first, second, third := newMember(t, store), newMember(t, store), newMember(t, store)
	firsts, seconds, thirds := post(t, store, first, "one", "two"), post(t, store, second, "1234", "5", "6"), post(t, store, third, "seven")
	lag := []search.IndexLag{
		fromStart(second.ChatID, 2), {ChatID: first.ChatID, Indexed: 1, LastSeq: 2}, {ChatID: third.ChatID, Indexed: 1, LastSeq: 1},
		fromStart(third.ChatID, 1),
	}
	want := []unindexedExtension{
		{lag[0], 2, unindexed(seconds[:2]...)}, {lag[1], 2, unindexed(firsts[1])}, {lag[2], 1, nil}, {lag[3], 1, unindexed(thirds...)},
	}
	got, err := store.ReadUnindexed(t.Context(), lag, 1<<20)
	check(t, err)
	requireEqual(t, withoutDocuments(got), want)
	// The limit of bytes is for all of them together.
	for maxBytes, count := range map[int]int{5: 1, 6: 2, 9: 4} {
		got, err := store.ReadUnindexed(t.Context(), lag, maxBytes)
		check(t, err)
		requireEqual(t, withoutDocuments(got), want[:count])
	}
	got, err = store.ReadUnindexed(t.Context(), lag, 3)
	check(t, err)
	requireEqual(t, withoutDocuments(got), []unindexedExtension{{lag[0], 1, unindexed(seconds[0])}})
}

// extendChats extends several chats in one call, of which one has another position.
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

// extendConcurrently extends the same chats in different orders, which must not deadlock.
func extendConcurrently(t *testing.T, store Searched) {
	account := newAccount(t, store).ID
	var extensions []search.Extension
	for range 20 {
		user := newUser(t, store, newChat(t, store), account)
		sent := post(t, store, user, "word")
		extensions = append(extensions, search.Extension{IndexLag: fromStart(user.ChatID, 1), Through: 1, Entries: entriesOf(sent)})
	}
	var added atomic.Int64
	concurrently(4, func(i int) {
		mine := slices.Clone(extensions)
		if i%2 == 1 {
			slices.Reverse(mine)
		}
		extended, err := store.ExtendIndex(t.Context(), mine)
		checkAsync(t, err)
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
	// The texts have 4, 8, 9 and 10 bytes up to the end of each message.
	for maxBytes, count := range map[int]int{0: 1, 1: 1, 4: 1, 5: 2, 8: 2, 9: 3, 10: 4, 11: 4} {
		requireUnindexed(t, store, fromStart(user.ChatID, 4), maxBytes, int64(count), sent[:count]...)
	}
}

func unindexedKinds(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "other", "one", "other", "two", "other", "other")
	for _, at := range []int{0, 2, 4, 5} {
		changeKind(t, store, sent[at])
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
	// Extensions that begin at an earlier position are refused, whether they end earlier or later.
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
		lag := search.IndexLag{ChatID: user.ChatID, Indexed: 2 * round, LastSeq: 2*round + 2}
		sent := post(t, store, user, "word", "word")
		var extended atomic.Int32
		concurrently(4, func(i int) {
			// Each has read up to another position.
			count := 1 + i%2
			extension := search.Extension{IndexLag: lag, Through: lag.Indexed + int64(count), Entries: entriesOf(sent[:count])}
			moved, err := store.ExtendIndex(t.Context(), []search.Extension{extension})
			checkAsync(t, err)
			if slices.Contains(moved, true) {
				extended.Add(1)
			}
		})
		requireEqual(t, extended.Load(), 1)
		index(t, store, user.AccountID)
	}
	requireEqual(t, len(find(t, store, user.AccountID, criteria("word"))), 20)
}

func extendOverOtherEvents(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "other", "word")
	changeKind(t, store, sent[0])
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 2), 1), true)
	requireLag(t, store, user.AccountID, search.IndexLag{ChatID: user.ChatID, Indexed: 1, LastSeq: 2})
	requireEqual(t, extend(t, store, search.IndexLag{ChatID: user.ChatID, Indexed: 1, LastSeq: 2}, 2, sent[1]), true)
	requireLag(t, store, user.AccountID)
}

func lagAfterPosition(t *testing.T, store Searched) {
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
		lag, err := store.AccountIndexLag(t.Context(), user.AccountID, messenger.ID{}, limit)
		check(t, err)
		requireEqual(t, len(lag), want)
		requireEqual(t, len(byChat(lag)), want)
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
		lag, err := store.AccountIndexLag(t.Context(), user.AccountID, chat, 1)
		check(t, err)
		requireEqual(t, byChat(lag), byChat(want))
	}
}

func accountLagOnce(t *testing.T, store Searched) {
	user := newMember(t, store)
	newUser(t, store, user.ChatID, user.AccountID)
	post(t, store, user, "word")
	lag, err := store.AccountIndexLag(t.Context(), user.AccountID, messenger.ID{}, 10)
	check(t, err)
	requireEqual(t, lag, []search.IndexLag{fromStart(user.ChatID, 1)})
}

func accountLagOfLeftChat(t *testing.T, store Searched) {
	user := newMember(t, store)
	post(t, store, user, "word")
	leave(t, store, user)
	requireLag(t, store, user.AccountID)
}
