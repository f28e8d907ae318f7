package contract_test

import (
	"net/http"
	"testing"

	"messenger-api/internal/testkit"
)

// An escaped path is treated like the unescaped one, by authentication and by throttling, too.
func testEscapedPaths(t *testing.T, s *testkit.Server) {
	guest := s.Guest(t)
	for _, path := range []string{"/%70ing", "/ping"} { // not through the client, which looks paths up as they are spelt
		answer, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK || answer.Header.Get("RateLimit") != "" {
			t.Errorf("%s: %s, RateLimit: %q; want 200, not counted", path, answer.Status, answer.Header.Get("RateLimit"))
		}
	}
	guest.Post("/v1/auth/%6Cogin", credentials(fresh("nobody"), "x")).Refused(http.StatusBadRequest, "user-not-found")
	guest.Post("/v1%2Fauth/login", credentials(fresh("nobody"), "x")).Refused(http.StatusUnauthorized, "auth-failed")
	r := newRoom(t, s)
	id := "%3" + string(r.chat[0]) + r.chat[1:] // its first digit, escaped
	r.Get("/v1/chats/" + id + "/messages?limit=1").Want(http.StatusOK)
	r.Get("/v1/chats/"+r.chat+"%2Fx/messages?limit=1").Refused(http.StatusNotFound, "chat-not-found")
}
