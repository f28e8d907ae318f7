package faults

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	messenger "messenger-api/client"
	domain "messenger-api/internal/messenger"
	"messenger-api/internal/store/sqlite"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// A search that has to index many messages first is killed in between, and resumes from its checkpoint.
func TestKilledSearchResumes(t *testing.T) {
	t.Parallel()
	environment := testkit.Embedded(t)
	without := testkit.Start(t, append(environment, uncached)...)
	alice := without.As(t, "alice")
	chat := alice.CreateChat("chat")
	user := alice.Join(chat, "alice")
	alice.Send(chat, user, "the needle")
	without.Stop()
	fillChat(t, environment, chat, user)

	server := testkit.StartBinary(t, environment...)
	alice = server.WithSession(t, alice.Session)
	task := alice.Search(messenger.SearchCreation{Message: "needle"})
	told := messenger.SearchStatus{}
	look := func() messenger.SearchStatus {
		var state messenger.SearchStatus
		alice.Get(testkit.StatusPath(task)).Want(http.StatusOK).Decode(&state)
		if state.Progress < told.Progress {
			t.Errorf("%+v comes after %+v", state, told)
		}
		told = state
		return state
	}
	await.Until(t, "the search comes further", func() bool { return look().Progress > 0 })
	if ended(told) {
		t.Fatal("it has ended before it could be killed")
	}
	server.Kill()
	server.Restart()
	await.Until(t, "the search ends", func() bool { return ended(look()) })
	if found := alice.Results(task, 10, ""); told.Status != "SUCCESS" || len(found.Messages) != 1 || found.Messages[0].Seq != 1 {
		t.Errorf("%+v, found %+v", told, found.Messages)
	}
}

func ended(state messenger.SearchStatus) bool {
	return state.Status == "SUCCESS" || state.Status == "FAILED"
}

// fillChat stores many messages of one user by SQL.
func fillChat(t *testing.T, environment []string, chat, user string) {
	t.Helper()
	var directory string
	for _, setting := range environment {
		if value, ok := strings.CutPrefix(setting, "DATA_DIR="); ok {
			directory = value
		}
	}
	store, err := sqlite.Open(t.Context(), sqlite.Options{Directory: directory}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	chatID, _ := domain.ParseID(chat)
	userID, _ := domain.ParseID(user)
	first, err := store.Messages(t.Context(), chatID, 2, 1, 1)
	if err != nil || len(first) != 1 {
		t.Fatal(first, err)
	}
	for range 400 {
		batch := make([]domain.Message, 250)
		for i := range batch {
			batch[i] = domain.Message{
				ID: domain.NewID(), ChatID: chatID, AccountID: first[0].AccountID, UserID: userID,
				Text: fmt.Sprint("one message of many, number ", i), CreatedAt: first[0].CreatedAt,
			}
		}
		if _, err := store.AppendMessages(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}
