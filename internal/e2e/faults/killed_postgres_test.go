package faults

import (
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// logLockLost is logged at each failed try for the leader lock.
const logLockLost = "the leader lock could not be taken or confirmed"

func TestKilledPostgresLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	postgres := startPostgres(t)
	server := testkit.Start(t, postgres.environment()...)
	alice := server.As(t, "alice")
	sends := testkit.NewSends(alice, chats)
	load := sends.Start(t, alice, writers)
	for range 2 {
		load.Await(300)
		noticed := strings.Count(server.Logs(), logLockLost)
		postgres.kill()
		awaitRefusal(t, server)
		postgres.start()
		// The server may accept sends again before it notices that it lost the leader lock with
		// its connection; then it refuses all for a moment.
		await.Until(t, "the lost lock is noticed", func() bool { return strings.Count(server.Logs(), logLockLost) > noticed })
	}
	load.Await(300)
	load.Stop()
	server.AwaitReady()
	sends.Verify(t, alice)
}

// awaitRefusal waits until the server answers 503 because its database is down.
func awaitRefusal(t *testing.T, server *testkit.Server) {
	t.Helper()
	guest := server.Guest(t)
	await.Until(t, "the database is known to be gone", func() bool {
		return guest.Get("/ping_db").Status == http.StatusServiceUnavailable
	})
	guest.Get("/ping").Empty(http.StatusOK)
}
