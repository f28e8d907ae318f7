package contract_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

func testRequestID(t *testing.T, s *testkit.Server) {
	made := regexp.MustCompile(`^[0-9a-f]{32}$`)
	seen := map[string]bool{}
	for _, path := range []string{"/ping", "/ping_db", "/swagger.yml", "/v1/auth/sessions", "/unknown"} {
		for _, own := range []string{"a", "5d3e9ce4-35ba-11ec-a6b5-0242ac1f0006", "Root=1-678_9.1:2/3+4~5", strings.Repeat("x", 128)} {
			if got := s.Guest(t).Get(path, "X-Request-Id", own).Header.Get("X-Request-Id"); got != own {
				t.Errorf("%s: X-Request-Id is %q, want %q", path, got, own)
			}
		}
		for _, other := range []string{"", "a b", "ü", strings.Repeat("x", 129), "a\tb"} {
			got := s.Guest(t).Get(path, "X-Request-Id", other).Header.Get("X-Request-Id")
			if !made.MatchString(got) || seen[got] {
				t.Errorf("%s: for X-Request-Id %q came %q", path, other, got)
			}
			seen[got] = true
		}
	}
	// The request can be found by it in the log.
	own := fresh("traced")
	s.Guest(t).Get("/unknown", "X-Request-Id", own)
	// The log event is written after the answer was sent.
	await.Until(t, "it is in the log", func() bool { return strings.Contains(s.Logs(), own) })
}

// Times are the server's, in UTC; their format is checked with every answer.
func testTimes(t *testing.T, s *testkit.Server) {
	before := time.Now().Truncate(time.Microsecond)
	r := newRoom(t, s)
	r.Send(r.chat, r.user, "x")
	message := r.Page(r.chat, 1, "").Messages[0]
	session := listSessions(t, r.Client)[0]
	after := time.Now()
	for what, at := range map[string]time.Time{"a message": message.CreatedAt, "a session": session.CreatedAt} {
		if at.Before(before) || at.After(after) || at.Location() != time.UTC {
			t.Errorf("%s was created at %v, between %v and %v", what, at, before, after)
		}
	}
}

const origin = "https://chat.example.com"

func testNoCORS(t *testing.T, s *testkit.Server) {
	s.Guest(t).Do(http.MethodOptions, "/v1/chats", nil, "Origin", origin, "Access-Control-Request-Method", "POST").
		Refused(http.StatusUnauthorized, "auth-failed")
	for _, path := range []string{"/ping", "/swagger.yml", "/v1/chats"} {
		for name := range s.Guest(t).Get(path, "Origin", origin).Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("GET %s has the header %s", path, name)
			}
		}
	}
}

func TestCORS(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		alice := s.As(t, "alice")
		preflight := alice.Do(http.MethodOptions, "/v1/chats", nil, "Origin", origin, "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", "content-type,traceparent,tracestate,x-session", "X-Session", "").Empty(http.StatusNoContent)
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": "POST",
			"Access-Control-Allow-Headers": "content-type,traceparent,tracestate,x-session",
		} {
			if got := preflight.Header.Get(name); got != want {
				t.Errorf("preflight: %s is %q, want %q", name, got, want)
			}
		}
		for _, answer := range []testkit.Answer{
			alice.Get("/v1/auth/sessions", "Origin", origin).Want(http.StatusOK),
			s.Guest(t).Get("/v1/auth/sessions", "Origin", origin).Refused(http.StatusUnauthorized, "auth-failed"),
			s.Guest(t).Get("/ping", "Origin", origin).Empty(http.StatusOK),
		} {
			if got := answer.Header.Get("Access-Control-Allow-Origin"); got != origin {
				t.Errorf("%s: Access-Control-Allow-Origin is %q", answer, got)
			}
		}
		for _, other := range []string{"https://evil.example.com", "http://chat.example.com", origin + ".evil.org", "null"} {
			refused := alice.Do(http.MethodOptions, "/v1/chats", nil, "Origin", other, "Access-Control-Request-Method", "POST")
			used := alice.Get("/v1/auth/sessions", "Origin", other).Want(http.StatusOK)
			for _, answer := range []testkit.Answer{refused, used} {
				if got := answer.Header.Get("Access-Control-Allow-Origin"); got != "" {
					t.Errorf("the origin %s is allowed: %q", other, got)
				}
			}
		}
	}, "CORS_ORIGINS=https://other.example.com,"+origin, "AUTH_HEADER=X-Session")
}
