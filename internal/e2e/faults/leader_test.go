package faults

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// With a cache in memory one process at a time serves on a database; when it is killed, a waiting one takes
// over.
func TestOneProcessServesWithAMemoryCache(t *testing.T) {
	t.Parallel()
	environment := testkit.Postgres(t)
	first := testkit.StartBinary(t, environment...)
	alice := first.As(t, "alice")
	chat := alice.CreateChat("chat")
	second := testkit.Listen(t, append(environment, "ECHO_DB=on")...)
	await.Until(t, "the second one waits", func() bool { return strings.Contains(second.Logs(), logWaits) })
	await.Until(t, "the second one has tried again and again", func() bool {
		second.Guest(t).Get("/ping").Empty(http.StatusOK)
		second.Guest(t).Get("/ping_db").Refused(http.StatusServiceUnavailable, "service-unavailable")
		second.WithSession(t, alice.Session).Get(testkit.PagePath(chat, 1, "")).
			Refused(http.StatusServiceUnavailable, "service-unavailable")
		return strings.Count(second.Logs(), "pg_try_advisory_lock") >= 4
	})
	alice.Get(testkit.PagePath(chat, 1, "")).Want(http.StatusOK)
	first.Kill()
	second.AwaitReady()
	second.WithSession(t, alice.Session).Get(testkit.PagePath(chat, 1, "")).Want(http.StatusOK)
}

// logWaits is a part of what a process logs while it waits for another one.
const logWaits = "this one waits until it ends"

// The leader lock, and SQL that terminates the connection that holds it.
const (
	takeLock  = `SELECT pg_advisory_lock(7882833662242088805)`
	giveLock  = `SELECT pg_advisory_unlock_all()`
	ofLock    = `locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	awaited   = `SELECT count(*) FROM pg_locks WHERE NOT granted AND ` + ofLock
	endHolder = `SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE granted AND ` + ofLock
)

// A process that lost the leader lock answers 503 with the reason, and serves again once it has it.
func TestLostLeaderLockStopsServing(t *testing.T) {
	t.Parallel()
	environment, database := testkit.ViaProxy(t, testkit.Postgres(t))
	database.Up()
	server := testkit.Start(t, environment...)
	direct := environment[:len(environment)-1]
	other, admin := connect(t, direct), connect(t, direct)
	exec := func(connection *pgx.Conn, statement string) {
		if _, err := connection.Exec(t.Context(), statement); err != nil {
			t.Error(err)
		}
	}
	var group sync.WaitGroup
	group.Go(func() { exec(other, takeLock) })
	await.Until(t, "another one waits for the lock", func() bool {
		var count int
		return admin.QueryRow(t.Context(), awaited).Scan(&count) == nil && count == 1
	})
	exec(admin, endHolder)
	group.Wait()

	says := func(reason string) {
		t.Helper()
		await.Until(t, "the answer says that "+reason, func() bool {
			answer := server.Guest(t).Get("/ping_db")
			return answer.Status == http.StatusServiceUnavailable && bytes.Contains(answer.Body, []byte(reason))
		})
	}
	const taken = "another process serves on this database"
	says(taken)
	database.Down()
	says("is not confirmed")
	database.Up()
	says(taken)
	exec(other, giveLock)
	server.AwaitReady()
	server.As(t, "alice").CreateChat("chat")
}
