package faults

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/store/postgres"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
	"messenger-api/internal/testkit/logtext"
)

const (
	logLost  = "PostgreSQL can't be used: requests get 503"
	logStill = "PostgreSQL still can't be used"
	logFound = "PostgreSQL is in use again"
)

// An outage of PostgreSQL is logged once at its beginning and once at its end, and not by each request, nor by each try
// for the lock of the one serving process; each host stands once in a line.
func TestOutageIsLoggedOnce(t *testing.T) {
	t.Parallel()
	server := startPostgres(t)
	// With prefer the driver tries each host twice, with and without TLS.
	api := testkit.Start(t, append(server.environment(), "POSTGRES_SSLMODE=prefer")...)
	alice := api.As(t, "alice")
	chat := alice.CreateChat("tea")
	user := alice.Join(chat, "Alice")
	for round := 1; round <= 2; round++ {
		server.kill()
		awaitRefusal(t, api)
		for range 3 {
			alice.Post(testkit.MessagesPath(chat, user), map[string]string{"message": "lost"}).Want(http.StatusServiceUnavailable)
		}
		server.start()
		api.AwaitReady()
		await.Until(t, "the end is logged", func() bool { return strings.Count(api.Logs(), logFound) == round })
		for _, once := range []string{logLost, logLockLost + ":", "commits of messages fail"} {
			if found := strings.Count(api.Logs(), once); found > round {
				t.Errorf("%q is logged %d times in %d outages", once, found, round)
			}
		}
	}
	for line := range strings.Lines(api.Logs()) {
		if strings.Count(line, server.address()) > 1 {
			t.Errorf("the host stands more than once in %s", line)
		}
	}
}

// While an outage lasts the log reminds of it after each pause.
func TestOutageIsRemindedOf(t *testing.T) {
	t.Parallel()
	server := startPostgres(t)
	lines := &logtext.Lines{}
	store, err := postgres.Open(postgres.Options{
		Hosts: []postgres.Host{{Name: "127.0.0.1", Port: uint16(server.port)}}, User: "messenger", Database: "postgres",
		SSLMode: "prefer", PoolSize: 2, LogInterval: 50 * time.Millisecond,
	}, slog.New(slog.NewTextHandler(lines, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.kill()
	await.Until(t, "the log reminds", func() bool {
		return store.Ping(t.Context()) != nil && lines.Has(logStill) >= 2
	})
	server.start()
	await.Until(t, "it is back", func() bool { return store.Ping(t.Context()) == nil })
	for text, want := range map[string]int{logLost: 1, logFound: 1} {
		if found := lines.Has(text); found != want {
			t.Errorf("%q is logged %d times, want %d:\n%s", text, found, want, lines)
		}
	}
}
