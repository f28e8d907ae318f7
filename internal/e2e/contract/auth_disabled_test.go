package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

func TestAuthDisabled(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		guest := s.Guest(t)
		for _, path := range []string{"register", "login", "logout", "sessions", "sessions/" + nobody, "password", ""} {
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
				guest.Do(method, "/v1/auth/"+path, credentials("alice", "x")).Refused(http.StatusNotFound, "not-found")
			}
		}
		guest.Get("/unknown").Refused(http.StatusNotFound, "not-found")
		chat := guest.CreateChat("tea")
		user := guest.Join(chat, "Anonymous")
		guest.Send(chat, user, "hello")
		// Whatever the header says, all clients are the same account.
		for _, other := range []*testkit.Client{s.WithSession(t, nobody), s.WithSession(t, "x")} {
			if same := other.Join(chat, "Anonymous"); same != user {
				t.Errorf("joined as %s, want %s", same, user)
			}
			other.Send(chat, user, "hello")
		}
		if messages := guest.ReadAll(chat, 2); len(messages) != 3 {
			t.Errorf("%d messages, want 3", len(messages))
		}
		if found := guest.Find(looking("hello")); len(found) != 3 {
			t.Errorf("%d messages found, want 3", len(found))
		}
		document := string(guest.Get("/swagger.yml").Body)
		if strings.Contains(document, "/v1/auth/") || strings.Contains(document, "securitySchemes") || !strings.Contains(document, "/v1/chats") {
			t.Error("the served document does not fit a server without accounts")
		}
	}, "AUTH_DISABLED=yes")
}

// Accounts work again when the app auth is switched on again; nobody can log in as anonymous.
func TestAuthDisabledAndBack(t *testing.T) {
	onBoth(t, func(t *testing.T, database []string) {
		open := testkit.Start(t, append(database, "AUTH_DISABLED=1")...)
		chat := open.Guest(t).CreateChat("tea")
		user := open.Guest(t).Join(chat, "Anonymous")
		open.Guest(t).Send(chat, user, "hello")
		open.Stop()

		closed := testkit.Start(t, database...)
		closed.Guest(t).Post("/v1/auth/register", credentials("anonymous", "x")).Refused(http.StatusBadRequest, "user-already-exists")
		alice := closed.As(t, "alice")
		alice.Post(testkit.MessagesPath(chat, user), map[string]string{"message": "x"}).Refused(http.StatusNotFound, "user-not-found")
		alice.Post("/v1/chats/"+chat+"/users", map[string]string{"user_name": "Anonymous"}).
			Refused(http.StatusBadRequest, "user-already-exists")
	})
}
