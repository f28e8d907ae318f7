package storetest

import (
	"math/rand/v2"
	"testing"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// requireVisible compares the loaded hits of the results with the messages.
func requireVisible(
	t *testing.T, store Searched, account messenger.ID, results []search.Result, want ...messenger.Message,
) {
	t.Helper()
	visible, err := store.LoadHits(t.Context(), account, results, findLimitMax, 1<<30)
	check(t, err)
	if len(visible) == 0 && len(want) == 0 {
		return
	}
	found := make([]search.Hit, len(want))
	for i, result := range resultsOf(want...) {
		found[i] = search.Hit{Result: result, ChatName: "chat", UserName: want[i].UserName, Text: want[i].Text}
	}
	requireEqual(t, visible, found)
}

func visibleOrder(t *testing.T, store Searched) {
	user := newMember(t, store)
	other := newUser(t, store, newChat(t, store), user.AccountID)
	sent := post(t, store, user, "one 'text'", "", "ещё \"один\"\n👩‍🚀")
	sent = append(sent, post(t, store, other, "three", "four")...)
	for range 10 {
		requireVisible(t, store, user.AccountID, resultsOf(sent...), sent...)
		rand.Shuffle(len(sent), func(i, j int) { sent[i], sent[j] = sent[j], sent[i] })
	}
	requireVisible(t, store, user.AccountID, nil)
}

func visibleDeleted(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "one", "two", "three", "four")
	results := resultsOf(sent...)
	store.Execute(t, "DELETE FROM events WHERE message_id = $1", sent[0].ID)
	changeKind(t, store, sent[2])
	requireVisible(t, store, user.AccountID, results, sent[1], sent[3])
}

// visibleLimit: the limit is of visible messages, not of results.
func visibleLimit(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "one", "two", "three", "four", "five")
	results := resultsOf(sent...)
	changeKind(t, store, sent[0])
	changeKind(t, store, sent[2])
	want := []search.Result{results[1], results[3], results[4]}
	for most := 1; most <= 4; most++ {
		visible, err := store.LoadHits(t.Context(), user.AccountID, results, most, 1<<30)
		check(t, err)
		var got []search.Result
		for _, found := range visible {
			got = append(got, found.Result)
		}
		requireEqual(t, got, want[:min(most, 3)])
	}
}

func visibleLeft(t *testing.T, store Searched) {
	user := newMember(t, store)
	other := newUser(t, store, newChat(t, store), user.AccountID)
	stranger := newMember(t, store)
	left, kept, theirs := post(t, store, user, "one"), post(t, store, other, "two"), post(t, store, stranger, "three")
	results := resultsOf(left[0], kept[0], theirs[0])
	requireVisible(t, store, user.AccountID, results, left[0], kept[0])
	leave(t, store, user)
	requireVisible(t, store, user.AccountID, results, kept...)
	requireVisible(t, store, newAccount(t, store).ID, results)
}

func visibleAuthorLeft(t *testing.T, store Searched) {
	user := newMember(t, store)
	author := newUser(t, store, user.ChatID, newAccount(t, store).ID)
	sent := post(t, store, author, "word")
	index(t, store, user.AccountID)
	leave(t, store, author)
	sent[0].UserName = ""
	requireFound(t, store, user.AccountID, criteria("word"), sent...)
	requireVisible(t, store, user.AccountID, resultsOf(sent...), sent...)
}

// visibleInconsistent has results whose chat, seq and message id don't belong together: none may show
// another message.
func visibleInconsistent(t *testing.T, store Searched) {
	user := newMember(t, store)
	other := newUser(t, store, newChat(t, store), user.AccountID)
	sent := post(t, store, user, "one", "two")
	post(t, store, other, "three", "four")
	results := resultsOf(sent[0], sent[0], sent[0], sent[1])
	results[0].Seq = 2
	results[1].ChatID = other.ChatID
	results[2].SortKey.MessageID = messenger.NewID()
	requireVisible(t, store, user.AccountID, results, sent[1])
}
