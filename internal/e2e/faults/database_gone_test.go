package faults

import (
	"net/http"
	"testing"

	messenger "messenger-api/client"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/testkit"
)

// While the database is down every call that needs it fails with 503, also with a cached session, and none
// has had an effect afterwards.
func TestCallsWhileTheDatabaseIsGone(t *testing.T) {
	t.Parallel()
	environment, database := testkit.ViaProxy(t, testkit.Postgres(t))
	database.Up()
	redis := cachetest.StartServer(t)
	server := testkit.Start(t, append(environment, "CACHE_TYPE=redis", "REDIS_URL="+redis.URL().String())...)
	alice := server.As(t, "alice")
	other := alice.LogIn("alice", testkit.Password)
	chat := alice.CreateChat("chat")
	user := alice.Join(chat, "alice")
	var list messenger.SessionList
	other.Get("/v1/auth/sessions").Want(http.StatusOK)
	alice.Get("/v1/auth/sessions").Want(http.StatusOK).Decode(&list)
	newest := list.Sessions[0].ID // the other one

	database.Down()
	account := map[string]string{"user_name": "boris", "password": testkit.Password}
	for what, answer := range map[string]testkit.Answer{
		"register":        server.Guest(t).Post("/v1/auth/register", account),
		"log in":          server.Guest(t).Post("/v1/auth/login", account),
		"log out":         alice.Post("/v1/auth/logout", nil),
		"list sessions":   alice.Get("/v1/auth/sessions"),
		"end a session":   alice.Do(http.MethodDelete, "/v1/auth/sessions/"+newest, nil),
		"change password": alice.Post("/v1/auth/password", map[string]string{"password": testkit.Password, "new_password": "another"}),
		"create a chat":   alice.Post("/v1/chats", map[string]string{"chat_name": "another"}),
		"join":            alice.Post("/v1/chats/"+chat+"/users", map[string]string{"user_name": "another"}),
		"send":            alice.Post(testkit.MessagesPath(chat, user), map[string]string{"message": "lost"}),
		"read":            alice.Get(testkit.PagePath(chat, 7, "")),
		"search":          alice.StartSearch(messenger.SearchCreation{Message: "lost"}),
	} {
		if answer.Status != http.StatusServiceUnavailable || answer.Code() != "service-unavailable" {
			t.Errorf("%s: %s, want 503", what, answer)
		}
	}

	database.Up()
	server.AwaitReady()
	for _, client := range []*testkit.Client{alice, other} {
		client.Get("/v1/auth/sessions").Want(http.StatusOK)
	}
	server.Guest(t).LogIn("alice", testkit.Password)
	if messages := alice.ReadAll(chat, 10); len(messages) > 0 {
		t.Errorf("the chat has %d messages, want none", len(messages))
	}
}
