package faults

import (
	"testing"

	messenger "messenger-api/client"
	"messenger-api/internal/testkit"
)

// With the queue in memory, accepted searches end after the server was killed and started again.
func TestKilledServerLosesNoSearch(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) []string{
		"embedded": testkit.Embedded, "postgres": testkit.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := testkit.StartBinary(t, database(t)...)
			all := newSearches(t, server.API)
			for range 2 {
				load := all.start(t)
				load.Await(100)
				server.Kill()
				load.Stop()
				server.Restart()
			}
			all.verify(t)
		})
	}
}

// Searches that run while the database is killed succeed afterwards.
func TestKilledPostgresLosesNoSearch(t *testing.T) {
	t.Parallel()
	postgres := startPostgres(t)
	server := testkit.Start(t, postgres.environment()...)
	all := newSearches(t, server.API)
	load := all.start(t)
	for range 2 {
		load.Await(60)
		postgres.kill()
		awaitRefusal(t, server)
		postgres.start()
	}
	load.Await(60)
	load.Stop()
	all.verify(t)
}

// After the app was switched on, a search finds older messages.
func TestSearchSwitchedOnLater(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) []string{
		"embedded": testkit.Embedded, "postgres": testkit.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environment := database(t)
			without := testkit.Start(t, append(environment, uncached)...)
			alice := without.As(t, "alice")
			chat := alice.CreateChat("chat")
			user := alice.Join(chat, "alice")
			for range 5 {
				alice.Send(chat, user, "said before")
			}
			alice.StartSearch(messenger.SearchCreation{Message: "said"}).Refused(404, "not-found")
			without.Stop()
			with := testkit.Start(t, environment...)
			alice = with.WithSession(t, alice.Session)
			if found := alice.Find(messenger.SearchCreation{Message: "said"}); len(found) != 5 {
				t.Errorf("found %d messages, want 5", len(found))
			}
		})
	}
}
