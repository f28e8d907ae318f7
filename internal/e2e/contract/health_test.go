package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"messenger-api/internal/testkit"
)

func testHealth(t *testing.T, s *testkit.Server) {
	for _, path := range []string{"/ping", "/ping_db", "/ping?x=1"} {
		s.Guest(t).Get(path).Empty(http.StatusOK)
		s.WithSession(t, "no session at all").Get(path).Empty(http.StatusOK)
		s.Guest(t).Get(path, "Authorization", "x", "Authorization", "y").Empty(http.StatusOK)
	}
}

func testDocument(t *testing.T, s *testkit.Server) {
	answer := s.Guest(t).Get("/swagger.yml").Want(http.StatusOK)
	if got := answer.Header.Get("Content-Type"); got != "application/yaml" {
		t.Errorf("the document's Content-Type is %q", got)
	}
	document, err := openapi3.NewLoader().LoadFromData(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/ping", "/ping_db", "/swagger.yml", "/v1/auth/register", "/v1/auth/login",
		"/v1/auth/logout", "/v1/auth/sessions", "/v1/auth/password", "/v1/chats", "/v1/chats/{chat_id}/users",
		"/v1/chats/{chat_id}/messages"} {
		if document.Paths.Value(path) == nil {
			t.Errorf("the served document has no %s", path)
		}
	}
	if !strings.Contains(string(answer.Body), "Authorization: session_id ") {
		t.Error("the served document does not say how a session is carried")
	}
}
