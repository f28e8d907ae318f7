package contract_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

// enough is how many requests a test sends to exceed a limit of one a second. Two within a second are
// enough; more are sent for slow machines.
const enough = 200

// via returns the headers of a request from this address by a proxy on this machine.
func via(address string) []string { return []string{"X-Forwarded-For", address} }

// limited sends requests until one is refused by the limit.
func limited(t *testing.T, send func(i int) testkit.Answer) testkit.Answer {
	t.Helper()
	for i := range enough {
		if answer := send(i); answer.Status == http.StatusTooManyRequests {
			return answer.Refused(http.StatusTooManyRequests, "request-limit-exceeded")
		}
	}
	t.Fatalf("%d requests met no limit", enough)
	return testkit.Answer{}
}

// logInVia registers and logs in with another address for each request, so that no limit of an address
// is reached.
func logInVia(t *testing.T, s *testkit.Server, name, network string) *testkit.Client {
	t.Helper()
	s.Guest(t).Post("/v1/auth/register", credentials(name, "x"), via(network+".1")...).Empty(http.StatusCreated)
	answer := s.Guest(t).Post("/v1/auth/login", credentials(name, "x"), via(network+".2")...)
	return s.WithSession(t, answer.Want(http.StatusOK).Field("session_id"))
}

func TestLimitPerUser(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		alice, bob := logInVia(t, s, "alice", "10.1.0"), logInVia(t, s, "bob", "10.2.0")
		// Requests of one account count together, from whatever address, and before they are
		// validated.
		for what, path := range map[string]string{
			"a good one": "/v1/auth/sessions", "an unknown path": "/v1/unknown", "a bad page": "/v1/chats/" + nobody + "/messages",
		} {
			answer := limited(t, func(i int) testkit.Answer { return alice.Get(path, via(fmt.Sprintf("10.3.0.%d", i%250))...) })
			if answer.Header.Get("Retry-After") != "1" {
				t.Errorf("%s: Retry-After is %q, want 1", what, answer.Header.Get("Retry-After"))
			}
		}
		limited(t, func(int) testkit.Answer { return alice.Post("/v1/chats", "{") })
		limited(t, func(int) testkit.Answer { return alice.Do(http.MethodPut, "/v1/chats", nil) })
		// They don't count for other accounts.
		bob.Get("/v1/auth/sessions", via("10.3.0.1")...).Want(http.StatusOK)
		// After Retry-After the next request is accepted.
		answer := limited(t, func(int) testkit.Answer { return alice.Get("/v1/auth/sessions") })
		wait, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(wait) * time.Second)
		alice.Get("/v1/auth/sessions").Want(http.StatusOK)
	}, "THROTTLING_RPS=1")
}

func TestLimitPerAddress(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		guest, stranger := s.Guest(t), s.WithSession(t, nobody)
		network := 0
		for what, send := range map[string]func(address string) testkit.Answer{
			"without a session":     func(a string) testkit.Answer { return guest.Get("/v1/chats", via(a)...) },
			"an unknown session":    func(a string) testkit.Answer { return stranger.Get("/v1/chats", via(a)...) },
			"an unknown path":       func(a string) testkit.Answer { return guest.Get("/unknown", via(a)...) },
			"a method not allowed":  func(a string) testkit.Answer { return guest.Do(http.MethodPut, "/v1/auth/login", nil, via(a)...) },
			"a log-in":              func(a string) testkit.Answer { return guest.Post("/v1/auth/login", "{", via(a)...) },
			"a registration":        func(a string) testkit.Answer { return guest.Post("/v1/auth/register", "{", via(a)...) },
			"the document":          func(a string) testkit.Answer { return guest.Get("/swagger.yml", via(a)...) },
			"a session not read":    func(a string) testkit.Answer { return s.WithSession(t, "x").Get("/v1/chats", via(a)...) },
			"a bad page, unknown":   func(a string) testkit.Answer { return stranger.Get(testkit.PagePath("x", 0, ""), via(a)...) },
			"a body, unknown":       func(a string) testkit.Answer { return stranger.Post("/v1/chats", "{", via(a)...) },
			"an IPv4-mapped client": func(a string) testkit.Answer { return guest.Get("/v1/chats", via("::ffff:"+a)...) },
		} {
			limited(t, func(int) testkit.Answer { return send("10.1.0.1") })
			network++
			for i := range 30 {
				// Each of these addresses sends one request in this test.
				if answer := send(fmt.Sprintf("10.2.%d.%d", network, i)); answer.Status == http.StatusTooManyRequests {
					t.Errorf("%s: another address's request met the limit: %s", what, answer)
				}
			}
		}
		// The health endpoints are not limited.
		limited(t, func(int) testkit.Answer { return guest.Get("/v1/chats", via("10.1.0.1")...) })
		for range 30 {
			guest.Get("/ping", via("10.1.0.1")...).Empty(http.StatusOK)
			guest.Get("/ping_db", via("10.1.0.1")...).Empty(http.StatusOK)
		}
	}, "THROTTLING_RPS=1")
}

func TestNginxThrottles(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		alice := s.As(t, "alice")
		for range 100 {
			alice.Get("/v1/auth/sessions").Want(http.StatusOK)
			s.Guest(t).Get("/v1/chats").Refused(http.StatusUnauthorized, "auth-failed")
			s.WithSession(t, nobody).Get("/v1/chats").Refused(http.StatusUnauthorized, "invalid-session-id")
		}
	}, "THROTTLING_RPS=1", "NGINX_THROTTLING=1")
}

// Without accounts, the limit is per address.
func TestLimitWithoutAccounts(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		limited(t, func(int) testkit.Answer { return s.Guest(t).Post("/v1/chats", "{", via("10.1.0.1")...) })
		s.Guest(t).Post("/v1/chats", "{", via("10.1.0.2")...).Refused(http.StatusBadRequest, "bad-parameters")
		s.Guest(t).Get("/ping", via("10.1.0.1")...).Empty(http.StatusOK)
	}, "THROTTLING_RPS=1", "AUTH_DISABLED=1")
}
