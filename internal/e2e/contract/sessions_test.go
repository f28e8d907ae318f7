package contract_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	messenger "messenger-api/client"
	"messenger-api/internal/testkit"
)

func testLogIn(t *testing.T, s *testkit.Server) {
	name := fresh("alice")
	first := s.As(t, name)
	second := first.LogIn(name, testkit.Password)
	if first.Session == second.Session {
		t.Errorf("two log-ins gave one session")
	}
	first.Get("/v1/auth/sessions").Want(http.StatusOK)
	second.Get("/v1/auth/sessions").Want(http.StatusOK)

	guest := s.Guest(t)
	guest.Post("/v1/auth/login", credentials(name, "wrong")).Refused(http.StatusBadRequest, "bad-password")
	guest.Post("/v1/auth/login", credentials(name, testkit.Password+" ")).Refused(http.StatusBadRequest, "bad-password")
	guest.Post("/v1/auth/login", credentials(fresh("nobody"), "x")).Refused(http.StatusBadRequest, "user-not-found")
	for what, body := range refusedCredentials() {
		if answer := guest.Post("/v1/auth/login", body); answer.Status != 400 || answer.Code() != "bad-parameters" {
			t.Errorf("%s: %s", what, answer)
		}
	}
}

func testLogOut(t *testing.T, s *testkit.Server) {
	name := fresh("alice")
	alice := s.As(t, name)
	other := alice.LogIn(name, testkit.Password)
	s.Guest(t).Post("/v1/auth/logout", nil).Refused(http.StatusUnauthorized, "auth-failed")
	alice.Post("/v1/auth/logout", nil).Empty(http.StatusOK)
	alice.Post("/v1/auth/logout", nil).Refused(http.StatusUnauthorized, "invalid-session-id")
	alice.Get("/v1/auth/sessions").Refused(http.StatusUnauthorized, "invalid-session-id")
	alice.Post("/v1/chats", map[string]string{"chat_name": "x"}).Refused(http.StatusUnauthorized, "invalid-session-id")
	other.Post("/v1/auth/logout", "a body that nobody reads").Empty(http.StatusOK)
}

func testNoSession(t *testing.T, s *testkit.Server) {
	alice := s.As(t, fresh("alice"))
	for header, code := range map[string]string{
		"":                                            "auth-failed",
		"session_id":                                  "auth-failed",
		"session_id ":                                 "auth-failed",
		alice.Session:                                 "auth-failed",
		"Bearer " + alice.Session:                     "auth-failed",
		"session_id" + alice.Session:                  "auth-failed",
		"session_id x":                                "auth-failed",
		"session_id " + alice.Session[1:]:             "auth-failed",
		"session_id " + alice.Session + "0":           "auth-failed",
		"session_id " + alice.Session + " x":          "auth-failed",
		"session_id {" + alice.Session + "}":          "auth-failed",
		"session_id ' OR 1=1 --":                      "auth-failed",
		"session_id " + strings.Repeat("0", 32):       "invalid-session-id",
		"session_id " + nobody:                        "invalid-session-id",
		"session_id 5d3e9ce435ba11eca6b50242ac1f0006": "invalid-session-id",
	} {
		answer := s.Guest(t).Get("/v1/auth/sessions", "Authorization", header)
		if answer.Status != http.StatusUnauthorized || answer.Code() != code {
			t.Errorf("Authorization %q: %s, want %s", header, answer, code)
		}
	}
	s.Guest(t).Get("/v1/auth/sessions").Refused(http.StatusUnauthorized, "auth-failed")
	good := "session_id " + alice.Session
	s.Guest(t).Get("/v1/auth/sessions", "Authorization", good, "Authorization", good).
		Refused(http.StatusUnauthorized, "auth-failed")
	s.Guest(t).Get("/v1/auth/sessions?session_id="+alice.Session, "Cookie", "session_id="+alice.Session).
		Refused(http.StatusUnauthorized, "auth-failed")
	alice.Get("/v1/auth/sessions").Want(http.StatusOK)
}

func testUnknownPaths(t *testing.T, s *testkit.Server) {
	alice := s.As(t, fresh("alice"))
	for _, path := range []string{"/", "/v1", "/v1/", "/v2/chats", "/ping/", "/ping_db/x", "/swagger.yaml", "/v1/auth",
		"/v1/auth/", "/v1/auth/register/", "/v1/auth/sessions/", "/v1/chats/", "/v1/chats/" + nobody, "/v1//chats",
		"/v1/chats/" + nobody + "/users/x", "/v1/chats/found", "/v1/chats/a%2Fb/users/x", "/%00", "/favicon.ico", "/PING"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete, "TRACE", "BREW"} {
			if answer := s.Guest(t).Do(method, path, nil); answer.Status != 401 || answer.Code() != "auth-failed" {
				t.Errorf("without a session: %s, want 401", answer)
			}
			if answer := alice.Do(method, path, nil); answer.Status != 404 || answer.Code() != "not-found" {
				t.Errorf("with a session: %s, want 404 not-found", answer)
			}
		}
	}
}

func listSessions(t *testing.T, c *testkit.Client) []messenger.Session {
	t.Helper()
	var list messenger.SessionList
	c.Get("/v1/auth/sessions").Want(http.StatusOK).Decode(&list)
	return list.Sessions
}

func testListSessions(t *testing.T, s *testkit.Server) {
	name := fresh("alice")
	first := s.As(t, name)
	answer := s.Guest(t).Post("/v1/auth/login", credentials(name, testkit.Password),
		"User-Agent", "curl/8", "X-Forwarded-For", "2001:db8::17")
	second := s.WithSession(t, answer.Want(http.StatusOK).Field("session_id"))

	sessions := listSessions(t, first)
	if len(sessions) != 2 {
		t.Fatalf("%d sessions, want 2: %+v", len(sessions), sessions)
	}
	if newest, oldest := sessions[0], sessions[1]; newest.Current || !oldest.Current ||
		newest.UserAgent != "curl/8" || newest.Address != "2001:db8::17" || oldest.Address != "127.0.0.1" ||
		newest.CreatedAt.Before(oldest.CreatedAt) || newest.ExpiresAt.Sub(newest.CreatedAt).String() != "1h0m0s" {
		t.Errorf("sessions: %+v", sessions)
	}
	if seen := listSessions(t, second); !seen[0].Current || seen[1].Current || seen[0].ID != sessions[0].ID {
		t.Errorf("seen by the other session: %+v", seen)
	}
	for _, session := range sessions {
		if slices.Contains([]string{first.Session, second.Session}, session.ID) {
			t.Error("the list shows the secret of a session")
		}
		s.WithSession(t, session.ID).Get("/v1/auth/sessions").Refused(http.StatusUnauthorized, "invalid-session-id")
	}
	second.Post("/v1/auth/logout", nil).Empty(http.StatusOK)
	if left := listSessions(t, first); len(left) != 1 || left[0].ID != sessions[1].ID {
		t.Errorf("after the log-out: %+v", left)
	}
}

func testEndSession(t *testing.T, s *testkit.Server) {
	name := fresh("alice")
	first := s.As(t, name)
	second := first.LogIn(name, testkit.Password)
	bob := s.As(t, fresh("bob"))
	sessions := listSessions(t, first)
	newest, oldest := "/v1/auth/sessions/"+sessions[0].ID, "/v1/auth/sessions/"+sessions[1].ID

	bob.Do(http.MethodDelete, newest, nil).Refused(http.StatusNotFound, "session-not-found")
	first.Do(http.MethodDelete, "/v1/auth/sessions/"+second.Session, nil).Refused(http.StatusNotFound, "session-not-found")
	second.Get("/v1/auth/sessions").Want(http.StatusOK)

	first.Do(http.MethodDelete, newest, nil).Empty(http.StatusOK)
	second.Get("/v1/auth/sessions").Refused(http.StatusUnauthorized, "invalid-session-id")
	first.Do(http.MethodDelete, newest, nil).Refused(http.StatusNotFound, "session-not-found")
	first.Do(http.MethodDelete, oldest, nil).Empty(http.StatusOK)
	first.Get("/v1/auth/sessions").Refused(http.StatusUnauthorized, "invalid-session-id")
}
