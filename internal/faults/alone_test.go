package faults

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

// With a cache in its own memory one process at a time serves on a database;
// when it is killed the one that waited takes over.
func TestOneProcessServesWithAMemoryCache(t *testing.T) {
	t.Parallel()
	environment := testkit.Postgres(t)
	first := testkit.StartBinary(t, environment...)
	alice := first.As(t, "alice")
	chat := alice.CreateChat("chat")
	second := testkit.Listen(t, environment...)
	for !strings.Contains(second.Logs(), "waits for its end") {
		time.Sleep(10 * time.Millisecond)
	}
	for range 20 {
		second.Guest(t).Get("/ping").Empty(http.StatusOK)
		second.Guest(t).Get("/ping_db").Refused(http.StatusServiceUnavailable, "service-unavailable")
		second.WithSession(t, alice.Session).Get(testkit.PagePath(chat, 1, "")).
			Refused(http.StatusServiceUnavailable, "service-unavailable")
		time.Sleep(50 * time.Millisecond)
	}
	first.Kill()
	second.AwaitReady()
	second.WithSession(t, alice.Session).Get(testkit.PagePath(chat, 1, "")).Want(http.StatusOK)
}

// A process that lost its lock answers 503, and serves again once it has it back.
func TestLostLockShutsTheGate(t *testing.T) {
	t.Parallel()
	environment := testkit.Postgres(t)
	server := testkit.Start(t, environment...)
	const endHolder = `SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	if _, err := connect(t, environment).Exec(t.Context(), endHolder); err != nil {
		t.Fatal(err)
	}
	awaitRefusal(t, server)
	server.AwaitReady()
	server.As(t, "alice").CreateChat("chat")
}
