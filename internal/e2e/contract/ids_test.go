package contract_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

func dashed(id string) string {
	return strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")
}

// spellings are the accepted forms of an id.
func spellings(id string) []string {
	return []string{id, dashed(id), strings.ToUpper(id), strings.ToUpper(dashed(id))}
}

func testSpellings(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	want := 0
	for _, chat := range spellings(r.chat) {
		if user := r.Join(chat, "Alice"); user != r.user {
			t.Errorf("joined %s as %s, want %s", chat, user, r.user)
		}
		for _, user := range spellings(r.user) {
			r.Send(chat, user, "x")
			want++
		}
		if got := len(r.Page(chat, 1000, "").Messages); got != want {
			t.Errorf("%s has %d messages, want %d", chat, got, want)
		}
	}
	// An iterator is valid for the chat in all forms of its id.
	next := r.Page(r.chat, 1, "").Next.Iterator
	if got := len(r.Page(dashed(r.chat), 1000, next).Messages); got != want-1 {
		t.Errorf("%d messages after the first, want %d", got, want-1)
	}
	for _, session := range spellings(r.Session) {
		s.WithSession(t, session).Get("/v1/auth/sessions").Want(http.StatusOK)
	}
	name := fresh("bob")
	bob := s.As(t, name)
	for _, spell := range []func(string) string{dashed, strings.ToUpper} {
		bob.LogIn(name, testkit.Password)
		newest := listSessions(t, bob)[0].ID
		bob.Do(http.MethodDelete, "/v1/auth/sessions/"+spell(newest), nil).Empty(http.StatusOK)
	}
}

func testUnreadableIDs(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	say := map[string]string{"message": "x"}
	for _, id := range []string{"x", "1", r.chat[1:], r.chat + "0", "{" + r.chat + "}", "{" + dashed(r.chat) + "}", "urn:uuid:" + dashed(r.chat),
		strings.Replace(dashed(r.chat), "-", "_", 1), r.chat[:31] + "g", r.chat[:16] + "-" + r.chat[16:], strings.Repeat("0", 1000),
		"%00", "\xff", "💬", " " + r.chat, "../x", "a/b", "a%2fb", "'", strings.Repeat("-", 32), strings.Repeat("-", 36)} {
		segment := url.PathEscape(id)
		r.Get("/v1/chats/"+segment+"/messages?limit=1").Refused(http.StatusNotFound, "chat-not-found")
		r.Post("/v1/chats/"+segment+"/users", map[string]string{"user_name": "A"}).Refused(http.StatusNotFound, "chat-not-found")
		r.Post(testkit.MessagesPath(segment, r.user), say).Refused(http.StatusNotFound, "chat-not-found")
		r.Post(testkit.MessagesPath(r.chat, id), say).Refused(http.StatusNotFound, "user-not-found")
		r.Do(http.MethodDelete, "/v1/auth/sessions/"+segment, nil).Refused(http.StatusNotFound, "session-not-found")
		r.Get(testkit.StatusPath(segment)).Refused(http.StatusNotFound, "task-not-found")
		r.Get("/v1/chats/search/"+segment+"/messages?limit=1").Refused(http.StatusNotFound, "task-not-found")
	}
	r.Do(http.MethodDelete, "/v1/auth/sessions/"+nobody, nil).Refused(http.StatusNotFound, "session-not-found")
}
