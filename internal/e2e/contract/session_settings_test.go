package contract_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

func TestSessionExpires(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		var out *testkit.Client
		for {
			out = s.As(t, "alice")
			// On a slow machine it may expire earlier; then another session is tried.
			if out.Post("/v1/auth/logout", nil).Status == http.StatusOK {
				break
			}
		}
		alice := s.As(t, "alice")
		// All requests with an expired session get the same answer.
		for alice.Get("/v1/auth/sessions").Status == http.StatusOK {
			time.Sleep(50 * time.Millisecond)
		}
		for _, path := range []string{"/v1/auth/logout", "/v1/chats", "/v1/unknown", testkit.MessagesPath(nobody, nobody)} {
			alice.Post(path, "{").Refused(http.StatusUnauthorized, "session-id-expired")
		}
		// The session that was logged out is older, so it has expired, too.
		out.Get("/v1/auth/sessions").Refused(http.StatusUnauthorized, "invalid-session-id")
		s.Guest(t).LogIn("alice", testkit.Password)
		for {
			fresh := s.As(t, "alice")
			answer := fresh.Get("/v1/auth/sessions")
			if answer.Status != http.StatusOK {
				continue // expired already
			}
			if strings.Contains(string(answer.Body), alice.Session) {
				t.Error("the list shows a session's secret")
			}
			return
		}
	}, "AUTH_TOKEN_LIFETIME=1s")
}

func TestSessionHeader(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		alice := s.As(t, "alice") // its clients use the header of the setting
		alice.Get("/v1/auth/sessions").Want(http.StatusOK)
		for _, headers := range [][]string{
			{"Authorization", "session_id " + alice.Session}, {"Authorization", "Bearer " + alice.Session},
			{"X-Session", "session_id " + alice.Session}, {"X-Session", alice.Session},
		} {
			answer := s.Guest(t).Get("/v1/auth/sessions", headers...).Refused(http.StatusUnauthorized, "auth-failed")
			if details := answer.Field("details"); !strings.Contains(details, `"X-Session: Bearer SESSION_ID"`) {
				t.Errorf("the details %q don't show the header that is set", details)
			}
		}
		s.Guest(t).Get("/v1/auth/sessions", "Authorization", "Basic eDp5", "X-Session", "Bearer "+alice.Session).Want(http.StatusOK)
		document := string(s.Guest(t).Get("/swagger.yml").Body)
		if !strings.Contains(document, "X-Session: Bearer ") || strings.Contains(document, "Authorization") {
			t.Error("the served document does not show the header that is set")
		}
	}, "AUTH_HEADER=x-session", "AUTH_TOKEN_TYPE=Bearer")
}

func TestSessionsSurviveARestart(t *testing.T) {
	onBoth(t, func(t *testing.T, database []string) {
		first := testkit.Start(t, database...)
		alice := first.As(t, "alice")
		out := alice.LogIn("alice", testkit.Password)
		out.Post("/v1/auth/logout", nil).Empty(http.StatusOK)
		chat := alice.CreateChat("tea")
		user := alice.Join(chat, "Alice")
		sent := alice.SendOnce(chat, user, "before", "key")
		from := alice.Page(chat, 1, "").Next.Iterator
		first.Stop()

		second := testkit.Start(t, database...)
		again := second.WithSession(t, alice.Session)
		again.Get("/v1/auth/sessions").Want(http.StatusOK)
		second.WithSession(t, out.Session).Get("/v1/auth/sessions").Refused(http.StatusUnauthorized, "invalid-session-id")
		if repeated := again.SendOnce(chat, user, "before", "key"); repeated != sent {
			t.Errorf("a message sent again after the restart is %s, want %s", repeated, sent)
		}
		if joined := again.Join(chat, "Alice"); joined != user {
			t.Errorf("joined again as %s, want %s", joined, user)
		}
		if page := again.Page(chat, 1, from); len(page.Messages) != 0 {
			t.Errorf("an iterator of before the restart gives %+v", page.Messages)
		}
	})
}

func TestHiddenAccounts(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		guest := s.Guest(t)
		s.As(t, "alice")
		guest.Post("/v1/auth/login", credentials("alice", "wrong")).Refused(http.StatusBadRequest, "bad-password")
		known := guest.Post("/v1/auth/login", credentials("alice", "wrong"))
		unknown := guest.Post("/v1/auth/login", credentials("nobody", "wrong")).Refused(http.StatusBadRequest, "bad-password")
		if string(known.Body) != string(unknown.Body) {
			t.Errorf("%s tells an unknown account from %s", unknown, known)
		}
		guest.Post("/v1/auth/login", credentials("anonymous", "x")).Refused(http.StatusBadRequest, "bad-password")
		guest.Post("/v1/auth/login", credentials("nobody", "")).Refused(http.StatusBadRequest, "bad-parameters")
		guest.LogIn("alice", testkit.Password)
	}, "AUTH_HIDE_ACCOUNTS=on")
}
