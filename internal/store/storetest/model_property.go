package storetest

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"messenger-api/internal/messenger"
)

func modelTests() tests {
	return tests{"random operations match the model": matchModel}
}

func matchModel(t *testing.T, store messenger.Store) {
	accounts := []messenger.ID{newAccount(t, store).ID, newAccount(t, store).ID}
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{store: store, model: newModel(), accounts: accounts, chats: []messenger.ID{messenger.NewID()}}
		m.createChat(t)
		t.Repeat(map[string]func(*rapid.T){
			"create a chat": m.createChat, "join": m.join, "append": m.append, "append again": m.append, "page": m.page,
		})
		for _, chat := range m.chats {
			want := m.model.page(chat, math.MaxInt64, math.MaxInt)
			slices.Reverse(want)
			requireEqual(t, wholeLog(t, store, chat), want)
		}
	})
}

// machine runs each operation on the store and on the model, and compares the results.
type machine struct {
	store    messenger.Store
	model    *model
	accounts []messenger.ID
	// chats begins with an unknown one.
	chats []messenger.ID
	users []messenger.User
	sent  []messenger.Message
}

func (m *machine) createChat(t *rapid.T) {
	if len(m.chats) == 4 {
		t.Skip("enough chats")
	}
	chat := newChat(t, m.store)
	m.model.create(chat)
	m.chats = append(m.chats, chat)
}

func (m *machine) join(t *rapid.T) {
	user := userOf(pick(t, "chat", m.chats), pick(t, "account", m.accounts),
		pick(t, "name", []string{"a", "A", "b"}))
	want, wantErr := m.model.join(user)
	got, err := m.store.JoinChat(t.Context(), user)
	requireError(t, err, wantErr)
	if wantErr == nil {
		requireEqual(t, got, want)
		m.users = append(m.users, user)
	}
}

func (m *machine) append(t *rapid.T) {
	var batch []messenger.Message
	for range rapid.IntRange(1, 8).Draw(t, "messages") {
		batch = add(batch, m.draw(t, batch))
	}
	m.sent = append(m.sent, batch...)
	requireAppended(t, appendAll(t, m.store, batch...), m.model.append(batch)...)
}

// draw creates a message or takes an earlier one, perhaps of the same batch. Its user may be of
// another chat or account, or unknown.
func (m *machine) draw(t *rapid.T, batch []messenger.Message) messenger.Message {
	if sent := slices.Concat(m.sent, batch); len(sent) > 0 && rapid.IntRange(0, 3).Draw(t, "again") == 0 {
		again := pick(t, "which", sent)
		if rapid.IntRange(0, 5).Draw(t, "by nobody") == 0 {
			again.UserID = messenger.NewID()
		}
		return again
	}
	user := userOf(pick(t, "chat", m.chats), m.accounts[0], "nobody")
	if len(m.users) > 0 && rapid.IntRange(0, 9).Draw(t, "a user") > 0 {
		user = pick(t, "user", m.users)
	}
	switch rapid.IntRange(0, 9).Draw(t, "at odds") {
	case 0:
		user.ChatID = pick(t, "other chat", m.chats)
	case 1:
		user.AccountID = pick(t, "other account", m.accounts)
	}
	sent := message(user, pick(t, "key", []string{"", "", "k", "K", "l"}), unique())
	sent.CreatedAt = moment(time.Duration(rapid.IntRange(0, 3).Draw(t, "microsecond")) * time.Microsecond)
	return sent
}

// pick draws the index of a value, which says more than an id when a test fails.
func pick[T any](t *rapid.T, label string, from []T) T {
	return from[rapid.IntRange(0, len(from)-1).Draw(t, label)]
}

func (m *machine) page(t *rapid.T) {
	chat := pick(t, "chat", m.chats)
	before := rapid.OneOf(rapid.Int64Range(1, 30), rapid.Just(int64(math.MaxInt64))).Draw(t, "before")
	limit := rapid.IntRange(1, 12).Draw(t, "limit")
	requirePage(t, m.store, chat, before, limit, m.model.page(chat, before, limit))
}
