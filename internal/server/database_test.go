package server_test

import (
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// everyCall calls all operations except the health checks.
func everyCall(caller *testkit.Client, chat, user string) []testkit.Answer {
	return []testkit.Answer{
		caller.Post("/v1/auth/register", `{"user_name":"bob","password":"x"}`),
		caller.Post("/v1/auth/login", `{"user_name":"alice","password":"x"}`),
		caller.Post("/v1/auth/logout", nil),
		caller.Get("/v1/auth/sessions"),
		caller.Do(http.MethodDelete, "/v1/auth/sessions/"+user, nil),
		caller.Post("/v1/auth/password", `{"password":"x","new_password":"y"}`),
		caller.Post("/v1/chats", `{"chat_name":"x"}`),
		caller.Post("/v1/chats/"+chat+"/users", `{"user_name":"x"}`),
		caller.Post(testkit.MessagesPath(chat, user), `{"message":"x"}`),
		caller.Get(testkit.PagePath(chat, 1, "")),
		caller.Post("/v1/chats/search", `{"message":"hello"}`),
		caller.Get("/v1/chats/search/status/" + user),
		caller.Get("/v1/chats/search/" + user + "/messages?limit=1"),
	}
}

const someID = "00000000000000000000000000000abc"

// A server that starts while its database is down waits for it.
func TestDatabaseAppears(t *testing.T) {
	t.Parallel()
	settings, database := testkit.ViaProxy(t, testkit.Postgres(t))
	s := testkit.Listen(t, settings...)
	s.Guest(t).Get("/ping").Empty(http.StatusOK)
	for _, caller := range []*testkit.Client{s.Guest(t), s.WithSession(t, someID)} {
		others := []testkit.Answer{
			caller.Get("/ping_db"), caller.Get("/swagger.yml"), caller.Get("/unknown"), caller.Do(http.MethodPut, "/v1/chats", nil),
			caller.Post("/v1/chats", "{"),
		}
		for _, answer := range append(everyCall(caller, someID, someID), others...) {
			if answer.Status != http.StatusServiceUnavailable || answer.Code() != "service-unavailable" {
				t.Errorf("%s, want 503", answer)
			}
		}
	}
	s.Guest(t).Get("/ping").Empty(http.StatusOK)

	database.Up()
	s.AwaitReady()
	alice := s.As(t, "alice")
	chat := alice.CreateChat("tea")
	alice.Send(chat, alice.Join(chat, "Alice"), "hello")
	checkNoPassword(t, s, settings)
}

// checkNoPassword fails the test if the log has PostgreSQL's password.
func checkNoPassword(t *testing.T, s *testkit.Server, settings []string) {
	t.Helper()
	checkNoPasswordIn(t, s.Logs(), settings)
}

func checkNoPasswordIn(t *testing.T, logs string, settings []string) {
	t.Helper()
	for _, entry := range settings {
		if password, ok := strings.CutPrefix(entry, "POSTGRES_PWD="); ok && password != "" && strings.Contains(logs, password) {
			t.Error("the log shows the password of PostgreSQL")
		}
	}
}

// A server that waits for its database says so, and can be stopped.
func TestStopWhileWaiting(t *testing.T) {
	t.Parallel()
	settings, _ := testkit.ViaProxy(t, testkit.Postgres(t))
	s := testkit.Listen(t, settings...)
	s.Guest(t).Get("/ping_db").Refused(http.StatusServiceUnavailable, "service-unavailable")
	await.Until(t, "the log has the reason", func() bool {
		return strings.Contains(s.Logs(), "PostgreSQL can't be used")
	})
	s.Stop() // wants 0
}

// While the database is unreachable, operations that need it are answered with 503. Messages
// that were not stored get no other response. Afterwards everything works again.
func TestDatabaseOutage(t *testing.T) {
	t.Parallel()
	t.Run("one process with its own cache", func(t *testing.T) {
		t.Parallel()
		databaseOutage(t, func(s *testkit.Server, before string) {
			// The server may respond before it has noticed that its leader lock ended with its
			// connection, and then refuse requests for a moment.
			const lost = "the leader lock could not be taken or confirmed"
			await.Until(t, "the lost lock is noticed", func() bool {
				return strings.Count(s.Logs(), lost) > strings.Count(before, lost)
			})
		})
	})
	t.Run("one of several", func(t *testing.T) {
		t.Parallel()
		databaseOutage(t, func(s *testkit.Server, _ string) {
			s.Guest(t).Get("/swagger.yml").Want(http.StatusOK)
		}, "APPS=auth,throttling,api,search,docs")
	})
}

// databaseOutage makes the database unreachable for a time. It calls meanwhile before the end
// of the outage, with the log from before the outage.
func databaseOutage(t *testing.T, meanwhile func(s *testkit.Server, before string), more ...string) {
	t.Helper()
	settings, database := testkit.ViaProxy(t, testkit.Postgres(t))
	database.Up()
	s := testkit.Start(t, append(settings, more...)...)
	alice := s.As(t, "alice")
	chat := alice.CreateChat("tea")
	user := alice.Join(chat, "Alice")

	before := s.Logs()
	database.Down()
	for _, answer := range everyCall(alice, chat, user) {
		if answer.Status != http.StatusServiceUnavailable || answer.Code() != "service-unavailable" {
			t.Errorf("%s, want 503", answer)
		}
	}
	alice.Post(testkit.MessagesPath(chat, user), `{"message":"once","client_message_id":"1"}`).
		Refused(http.StatusServiceUnavailable, "service-unavailable")
	s.Guest(t).Get("/ping").Empty(http.StatusOK)
	s.Guest(t).Get("/ping_db").Refused(http.StatusServiceUnavailable, "service-unavailable")
	meanwhile(s, before)

	database.Up()
	s.AwaitReady()
	alice.SendOnce(chat, user, "once", "1")
	alice.SendOnce(chat, user, "once", "1")
	// "x" was answered with 503 and not retried, so it may be stored once or not.
	count := map[string]int{}
	for _, message := range alice.ReadAll(chat, 10) {
		count[message.Text]++
	}
	if count["once"] != 1 || count["x"] > 1 {
		t.Errorf("messages by text: %v", count)
	}
	checkNoPassword(t, s, settings)
}
