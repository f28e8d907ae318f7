package faults

import (
	"net/http"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

func TestKilledPostgresLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	postgres := startPostgres(t)
	server := testkit.Start(t, postgres.environment()...)
	alice := server.As(t, "alice")
	load := newLoad(alice)
	stop := load.start(t, alice)
	for range 2 {
		load.await(t, 300)
		postgres.kill()
		awaitRefusal(t, server)
		postgres.start()
	}
	load.await(t, 300)
	stop()
	load.verify(t, alice)
}

// awaitRefusal waits until the server knows that its database is gone: it says
// so at once, and goes on serving.
func awaitRefusal(t *testing.T, server *testkit.Server) {
	t.Helper()
	guest := server.Guest(t)
	for guest.Get("/ping_db").Status != http.StatusServiceUnavailable {
		time.Sleep(10 * time.Millisecond)
	}
	guest.Get("/ping").Empty(http.StatusOK)
}
