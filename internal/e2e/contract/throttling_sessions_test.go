package contract_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// Requests without a session don't use up the limit of sessions from the same address.
func TestLimitOfAnAddressSparesSessions(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		alice := logInVia(t, s, "alice", "10.1.0")
		alice.Get("/v1/auth/sessions", via("10.9.0.1")...).Want(http.StatusOK)
		// Allowed again by the account's own limit, while the address is over its limit.
		await.Until(t, "the session is heard", func() bool {
			limited(t, func(int) testkit.Answer { return s.WithSession(t, nobody).Get("/v1/chats", via("10.9.0.1")...) })
			return alice.Get("/v1/auth/sessions", via("10.9.0.1")...).Status == http.StatusOK
		})
	}, "THROTTLING_RPS=1")
}

// sessionLookUps counts the database's look-ups of sessions by token.
func sessionLookUps(s *testkit.Server) int {
	count := 0
	for line := range strings.Lines(s.Logs()) {
		if strings.Contains(line, "token_hash") && strings.Contains(line, "SELECT") && !strings.Contains(line, "DELETE") {
			count++
		}
	}
	return count
}

// While an address is over its limit, unknown sessions are not looked up.
func TestLimitSparesTheDatabase(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		before, refused := sessionLookUps(s), 0
		for i := range 100 {
			answer := s.WithSession(t, fmt.Sprintf("%032x", i)).Get("/v1/chats", via("10.1.0.1")...)
			if answer.Status == http.StatusTooManyRequests {
				refused++
				continue
			}
			answer.Refused(http.StatusUnauthorized, "invalid-session-id")
		}
		asked := sessionLookUps(s) - before
		if refused == 0 || asked == 0 || asked > 100-refused {
			t.Errorf("the database was asked %d times, of 100 requests %d were refused", asked, refused)
		}
	}, "THROTTLING_RPS=1", "ECHO_DB=1")
}
