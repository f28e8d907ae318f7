package storetest

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

func pageTests() tests {
	return tests{
		"a page has all fields, newest first":             pageWhole,
		"a page is bounded by its limit and its position": pageBounds,
		"the longest page":                                pageLongest,
		"a page is bounded by its bytes":                  pageBytes,
		"a page has no messages of other chats":           pageOfOneChat,
	}
}

// newLog fills a chat with messages of two accounts and three users, with and without keys, most of
// them of the same microsecond. It returns them newest first.
func newLog(t *testing.T, store messenger.Store, length int) (messenger.ID, []messenger.Message) {
	t.Helper()
	first := newMember(t, store)
	users := []messenger.User{
		first, newUser(t, store, first.ChatID, first.AccountID), newUser(t, store, first.ChatID, newAccount(t, store).ID),
	}
	var log []messenger.Message
	for i := range length {
		user := users[i%len(users)]
		key := ""
		if i%2 == 0 {
			key = fmt.Sprint("key ", i)
		}
		sent := message(user, key, fmt.Sprint("text ", i))
		sent.CreatedAt = moment(time.Duration(i/4) * time.Microsecond)
		log = append(log, sent)
	}
	for batch := range slices.Chunk(log, 512) {
		appendAll(t, store, batch...)
	}
	for i := range log {
		log[i].Seq, log[i].UserName = int64(i+1), users[i%len(users)].Name
	}
	slices.Reverse(log)
	return first.ChatID, log
}

func requirePage(t tester, store messenger.Store, chat messenger.ID, before int64, limit int, want []messenger.Message) {
	t.Helper()
	page, err := store.Messages(t.Context(), chat, before, limit, 1<<30)
	check(t, err)
	if len(page) == 0 && len(want) == 0 {
		return
	}
	requireEqual(t, page, want)
}

func pageWhole(t *testing.T, store messenger.Store) {
	chat, log := newLog(t, store, 9)
	requirePage(t, store, chat, math.MaxInt64, messenger.PageMaxMessages, log)
}

func pageBounds(t *testing.T, store messenger.Store) {
	const length = 7
	chat, log := newLog(t, store, length)
	for before := int64(1); before <= length+2; before++ {
		older := log[max(length-int(before)+1, 0):]
		for limit := 1; limit <= length+1; limit++ {
			requirePage(t, store, chat, before, limit, older[:min(limit, len(older))])
		}
	}
}

func pageLongest(t *testing.T, store messenger.Store) {
	chat, log := newLog(t, store, messenger.PageMaxMessages+24)
	newest, rest := log[:messenger.PageMaxMessages], log[messenger.PageMaxMessages:]
	requirePage(t, store, chat, math.MaxInt64, messenger.PageMaxMessages, newest)
	requirePage(t, store, chat, newest[len(newest)-1].Seq, messenger.PageMaxMessages, rest)
	requirePage(t, store, chat, 1, messenger.PageMaxMessages, nil)
}

// pageBytes: a page ends with the message with which the texts reach the number of bytes.
func pageBytes(t *testing.T, store messenger.Store) {
	chat, log := newLog(t, store, 9) // of 6 bytes each
	for bytes := 1; bytes <= 60; bytes++ {
		page, err := store.Messages(t.Context(), chat, math.MaxInt64, 7, bytes)
		check(t, err)
		requireEqual(t, page, log[:min((bytes+5)/6, 7)])
	}
}

// pageOfOneChat has two chats, to which one account has sent alternately.
func pageOfOneChat(t *testing.T, store messenger.Store) {
	here := newMember(t, store)
	there := newUser(t, store, newChat(t, store), here.AccountID)
	var hereSent, thereSent []messenger.Message
	for i := range 4 {
		h, th := message(here, "", fmt.Sprint("here ", i)), message(there, "", fmt.Sprint("there ", i))
		appendAll(t, store, h, th)
		hereSent, thereSent = append(hereSent, h), append(thereSent, th)
	}
	requireLog(t, store, here.ChatID, hereSent...)
	requireLog(t, store, there.ChatID, thereSent...)
}
