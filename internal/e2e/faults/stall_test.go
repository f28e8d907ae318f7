package faults

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// While commits hang, as with a synchronous standby that is down, only the first ones wait for long, and
// /ping_db fails.
func TestCommitsThatHang(t *testing.T) {
	t.Parallel()
	postgres := startPostgres(t)
	server := testkit.Start(t, append(postgres.environment(), uncached)...)
	alice := server.As(t, "alice")
	chat := alice.CreateChat("chat")
	user := alice.Join(chat, "alice")
	alice.Send(chat, user, "before")
	send := func() time.Duration {
		started := time.Now()
		alice.Post(testkit.MessagesPath(chat, user), map[string]string{"message": "hello"}).
			Refused(http.StatusServiceUnavailable, "service-unavailable")
		return time.Since(started)
	}
	postgres.execute(`ALTER SYSTEM SET synchronous_standby_names = 'nobody'`)
	postgres.execute(`SELECT pg_reload_conf()`)
	var first time.Duration
	await.Until(t, "commits hang", func() bool {
		answer, err := alice.Try(http.MethodPost, testkit.MessagesPath(chat, user), map[string]string{"message": "hello"})
		return err == nil && answer.Status == http.StatusServiceUnavailable
	})
	first = sendDeadline
	for range 3 {
		if took := send(); took > first/2 {
			t.Errorf("a send waited %v for its 503, where the first waits %v", took, first)
		}
	}
	answer := server.Guest(t).Get("/ping_db").Refused(http.StatusServiceUnavailable, "service-unavailable")
	if !strings.Contains(answer.String(), "commits hang") {
		t.Errorf("/ping_db does not say what is so: %s", answer)
	}
	postgres.execute(`ALTER SYSTEM RESET synchronous_standby_names`)
	postgres.execute(`SELECT pg_reload_conf()`)
	server.AwaitReady()
	alice.Send(chat, user, "after")
}

// sendDeadline is the time limit of a send that waits for its commit.
const sendDeadline = 5 * time.Second
