package sqlite

import (
	"log/slog"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

// now is any time, with the precision of the database.
var now = time.Date(2026, 5, 4, 3, 2, 1, 987654000, time.UTC)

var discard = slog.New(slog.DiscardHandler)

// open opens and migrates the directory's database, and closes it at the end of the test.
func open(t testing.TB, directory string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Directory: directory}, discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// join creates an account and a chat with it as the only user.
func join(t testing.TB, s *Store) messenger.User {
	t.Helper()
	account := messenger.Account{ID: messenger.NewID(), Name: messenger.NewID().String(), PasswordHash: "hash", CreatedAt: now}
	if err := s.CreateAccount(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	chat := messenger.Chat{ID: messenger.NewID(), Name: "chat", CreatedBy: account.ID, CreatedAt: now}
	if err := s.CreateChat(t.Context(), chat); err != nil {
		t.Fatal(err)
	}
	user, err := s.JoinChat(t.Context(),
		messenger.User{ID: messenger.NewID(), ChatID: chat.ID, AccountID: account.ID, Name: "user", CreatedAt: now})
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// draft makes a message of the user.
func draft(user messenger.User, text string) messenger.Message {
	return messenger.Message{ID: messenger.NewID(), ChatID: user.ChatID, UserID: user.ID, UserName: user.Name,
		AccountID: user.AccountID, Text: text, CreatedAt: now}
}

// texts reads the whole log of the user's chat, newest first.
func texts(t testing.TB, s *Store, user messenger.User) (texts []string) {
	t.Helper()
	messages, err := s.Messages(t.Context(), user.ChatID, 1<<62, 1000, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range messages {
		texts = append(texts, message.Text)
	}
	return texts
}

// messages makes one message of the user for each text.
func messages(user messenger.User, texts ...string) (batch []messenger.Message) {
	for _, text := range texts {
		batch = append(batch, draft(user, text))
	}
	return batch
}

func manyMessages(user messenger.User, count int) []messenger.Message {
	return messages(user, make([]string, count)...)
}
