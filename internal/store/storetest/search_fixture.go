package storetest

import (
	"fmt"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

// post sends messages of the user, a microsecond apart, and returns them with their seqs.
func post(t tester, store SearchStore, user messenger.User, texts ...string) []messenger.Message {
	t.Helper()
	batch := make([]messenger.Message, len(texts))
	for i, text := range texts {
		batch[i] = message(user, "", text)
		batch[i].CreatedAt = moment(time.Duration(i) * time.Microsecond)
	}
	return postAll(t, store, user, batch...)
}

func postAll(t tester, store SearchStore, user messenger.User, batch ...messenger.Message) []messenger.Message {
	t.Helper()
	for i, appended := range appendAll(t, store, batch...) {
		check(t, appended.Err)
		batch[i].Seq, batch[i].UserName = appended.Seq, user.Name
	}
	return batch
}

// index indexes all messages of the account's chats.
func index(t tester, store SearchStore, account messenger.ID) {
	t.Helper()
	for {
		lag, err := store.AccountIndexLag(t.Context(), account, messenger.ID{}, 50)
		check(t, err)
		if len(lag) == 0 {
			return
		}
		extensions, err := store.ReadUnindexed(t.Context(), lag, 1<<20)
		check(t, err)
		_, err = store.ExtendIndex(t.Context(), analysed(extensions))
		check(t, err)
	}
}

// analysed adds the documents of the entries.
func analysed(extensions []search.Extension) []search.Extension {
	for _, extension := range extensions {
		for i := range extension.Entries {
			extension.Entries[i].Document = words.Analyse(extension.Entries[i].Message.Text)
		}
	}
	return extensions
}

func entriesOf(messages []messenger.Message) []search.Entry {
	entries := make([]search.Entry, len(messages))
	for i, message := range messages {
		entries[i] = search.Entry{Message: message, Document: words.Analyse(message.Text)}
	}
	return entries
}

// criteria returns the criteria of a search for a query only.
func criteria(query string) search.Criteria {
	return search.Criteria{Query: words.ParseQuery(query), Request: search.Request{Text: query}, From: search.BeforeAll()}
}

const findLimitMax = 1000

func find(t tester, store SearchStore, account messenger.ID, criteria search.Criteria) []search.Result {
	t.Helper()
	results, _, err := search.Find(t.Context(), store, account, criteria, findLimitMax)
	check(t, err)
	return results
}

// requireFound compares the results with the messages, newest first.
func requireFound(
	t tester, store SearchStore, account messenger.ID, criteria search.Criteria, want ...messenger.Message,
) {
	t.Helper()
	found := find(t, store, account, criteria)
	if len(found) == 0 && len(want) == 0 {
		return
	}
	requireEqual(t, found, resultsOf(want...))
}

func resultsOf(messages ...messenger.Message) []search.Result {
	results := make([]search.Result, len(messages))
	for i, message := range messages {
		results[i] = search.Result{SortKey: sortKeyOf(message), ChatID: message.ChatID, Seq: message.Seq}
	}
	return results
}

func sortKeyOf(message messenger.Message) search.SortKey {
	return search.SortKey{CreatedAt: message.CreatedAt.UnixMicro(), MessageID: message.ID}
}

// changeKind turns a message into an event of another kind.
func changeKind(t *testing.T, store Searched, message messenger.Message) {
	t.Helper()
	store.Execute(t, "UPDATE events SET kind = 2 WHERE message_id = $1", message.ID)
}

// leave removes the user from the chat.
func leave(t *testing.T, store Searched, user messenger.User) {
	t.Helper()
	store.Execute(t, "DELETE FROM chat_users WHERE chat_id = $1 AND account_id = $2", user.ChatID, user.AccountID)
}

func numbered(from, to int) (texts []string) {
	for i := from; i <= to; i++ {
		texts = append(texts, fmt.Sprint(i))
	}
	return texts
}
