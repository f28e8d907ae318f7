package contract_test

import (
	"fmt"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// The list has the session of the request, however many log-ins are newer.
func TestListCurrentSession(t *testing.T) {
	onBoth(t, func(t *testing.T, database []string) {
		alice := testkit.Start(t, database...).As(t, "alice")
		own := listSessions(t, alice)[0]
		var newer []string
		for i := range 100 {
			// Copies of the session with other ids; log-ins would take a minute.
			newer = append(newer, fmt.Sprintf(`({%064x}, {f%031x}, (SELECT account_id FROM sessions WHERE session_id = {%s}),
				(SELECT created_at FROM sessions WHERE session_id = {%[3]s}), (SELECT expires_at FROM sessions WHERE session_id = {%[3]s}), '', '')`,
				i, i, own.ID))
		}
		testkit.ExecuteSQL(t, database, "INSERT INTO sessions (token_hash, session_id, account_id, created_at, expires_at, address, user_agent) VALUES "+
			strings.Join(newer, ", "))
		sessions := listSessions(t, alice)
		if len(sessions) != 100 || sessions[98].Current || sessions[99] != own {
			t.Errorf("%d sessions, the last of them %+v; want 100, and the current one last", len(sessions), sessions[len(sessions)-1])
		}
	})
}
