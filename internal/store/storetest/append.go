package storetest

import (
	"fmt"
	"testing"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

func appendTests() tests {
	return tests{
		"a stored message is read unchanged":                      appendOne,
		"each chat is numbered from one":                          appendNumbers,
		"an unknown chat is an error":                             appendUnknownChat,
		"a user of another account or chat is an error":           appendForeignUser,
		"results are in the batch's order, and seqs have no gaps": appendMixed,
		"a batch of the maximal size":                             appendLongBatch,
	}
}

// requireAppended compares results; MessageID may be anything where there is an error.
func requireAppended(t tester, got []messenger.AppendResult, want ...messenger.AppendResult) {
	t.Helper()
	for i := range got {
		if got[i].Err != nil {
			got[i].MessageID = messenger.ID{}
		}
	}
	requireEqual(t, got, want)
}

func stored(message messenger.Message, seq int64) messenger.AppendResult {
	return messenger.AppendResult{MessageID: message.ID, Seq: seq}
}

func repeated(first messenger.Message, seq int64) messenger.AppendResult {
	return messenger.AppendResult{MessageID: first.ID, Seq: seq, Repeated: true}
}

func refused(err error) messenger.AppendResult { return messenger.AppendResult{Err: err} }

func appendOne(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	sent := message(user, "the key", "the text")
	requireAppended(t, appendAll(t, store, sent), stored(sent, 1))
	sent.Seq, sent.UserName = 1, user.Name
	requireEqual(t, wholeLog(t, store, user.ChatID), []messenger.Message{sent})
}

func appendNumbers(t *testing.T, store messenger.Store) {
	anna := newMember(t, store)
	boris := newUser(t, store, newChat(t, store), anna.AccountID)
	a, b := message(anna, "", "a"), message(boris, "", "b")
	requireAppended(t, appendAll(t, store, a, b), stored(a, 1), stored(b, 1))
	c, d, e := message(boris, "", "c"), message(anna, "", "d"), message(boris, "", "e")
	requireAppended(t, appendAll(t, store, c, d, e), stored(c, 2), stored(d, 2), stored(e, 3))
	f := message(anna, "", "f")
	requireAppended(t, appendAll(t, store, f), stored(f, 3))
}

func appendUnknownChat(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	nowhere := user
	nowhere.ChatID = messenger.NewID()
	requireAppended(t, appendAll(t, store, message(nowhere, "key", "a")), refused(errs.ErrChatNotFound))
	nowhere.ID = messenger.NewID()
	requireAppended(t, appendAll(t, store, message(nowhere, "", "a")), refused(errs.ErrChatNotFound))
}

func appendForeignUser(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	elsewhere := newUser(t, store, newChat(t, store), user.AccountID)
	unknown, moved, stolen := user, elsewhere, newUser(t, store, user.ChatID, newAccount(t, store).ID)
	unknown.ID = messenger.NewID()
	moved.ChatID = user.ChatID
	stolen.AccountID = user.AccountID
	for _, speaker := range []messenger.User{unknown, moved, stolen} {
		requireAppended(t, appendAll(t, store, message(speaker, "", "text")), refused(errs.ErrUserNotFound))
		requireAppended(t, appendAll(t, store, message(speaker, "key", "text")), refused(errs.ErrUserNotFound))
	}
	requireEqual(t, len(wholeLog(t, store, user.ChatID)), 0)
	requireEqual(t, len(wholeLog(t, store, elsewhere.ChatID)), 0)
}

func appendMixed(t *testing.T, store messenger.Store) {
	anna := newMember(t, store)
	boris := newUser(t, store, newChat(t, store), newAccount(t, store).ID)
	old := message(anna, "old", "old")
	requireAppended(t, appendAll(t, store, old), stored(old, 1))
	nobody, nowhere := anna, anna
	nobody.ID, nowhere.ChatID = messenger.NewID(), messenger.NewID()
	a, b, c, d := message(anna, "new", "a"), message(boris, "", "b"), message(anna, "", "c"), message(boris, "new", "d")
	answers := appendAll(t, store,
		message(nobody, "", "x"), a, message(anna, "old", "x"), b, message(nowhere, "", "x"), message(anna, "new", "x"), c,
		message(nobody, "new", "x"), d)
	requireAppended(t, answers,
		refused(errs.ErrUserNotFound), stored(a, 2), repeated(old, 1), stored(b, 1), refused(errs.ErrChatNotFound),
		repeated(a, 2), stored(c, 3), refused(errs.ErrUserNotFound), stored(d, 2))
	requireLog(t, store, anna.ChatID, old, a, c)
	requireLog(t, store, boris.ChatID, b, d)
}

// requireLog checks that the chat has exactly these messages, numbered from one in this order.
func requireLog(t tester, store messenger.Store, chat messenger.ID, want ...messenger.Message) {
	t.Helper()
	var gotLines, wantLines []string
	for _, m := range wholeLog(t, store, chat) {
		gotLines = append(gotLines, fmt.Sprintf("%d %s %q", m.Seq, m.ID, m.Text))
	}
	for i, m := range want {
		wantLines = append(wantLines, fmt.Sprintf("%d %s %q", i+1, m.ID, m.Text))
	}
	requireEqual(t, gotLines, wantLines)
}

func appendLongBatch(t *testing.T, store messenger.Store) {
	const length, chats = 512, 3
	var users [chats]messenger.User
	for i := range users {
		users[i] = newMember(t, store)
	}
	var batch []messenger.Message
	var want []messenger.AppendResult
	for i := range length {
		one := message(users[i%chats], fmt.Sprint("key ", i), fmt.Sprint("text ", i))
		batch = append(batch, one)
		want = append(want, stored(one, int64(i/chats)+1))
	}
	requireAppended(t, appendAll(t, store, batch...), want...)
	for i := range want {
		want[i].Repeated = true
	}
	requireAppended(t, appendAll(t, store, batch...), want...)
}
