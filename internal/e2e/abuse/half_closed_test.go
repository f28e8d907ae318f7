package abuse_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// A client that shuts down its sending side after the request, like nc, gets its answer.
func TestAClientThatClosesItsSendingHalf(t *testing.T) {
	t.Parallel()
	for name, database := range map[string][]string{"embedded": testkit.Embedded(t), "postgres": testkit.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.Start(t, database...)
			alice := s.As(t, "alice")
			chat := alice.CreateChat("tea")
			user := alice.Join(chat, "Alice")
			for i := range 100 {
				alice.Send(chat, user, fmt.Sprintf("words of message %d", i))
			}
			credentials := func(name string) string {
				return fmt.Sprintf(`{"user_name":%q,"password":%q}`, name, testkit.Password)
			}
			for _, c := range []struct {
				what, method, path, body string
				headers                  []string
				times, status            int
			}{
				{"a page", "GET", testkit.PagePath(chat, 100, ""), "", nil, 40, 200},
				{"the head of a page", "HEAD", testkit.PagePath(chat, 100, ""), "", nil, 1, 200},
				{"a send", "POST", testkit.MessagesPath(chat, user), `{"message":"more"}`, nil, 10, 201},
				{"a log-in", "POST", "/v1/auth/login", credentials("alice"), nil, 3, 200},
				{"a registration", "POST", "/v1/auth/register", credentials("bob"), nil, 1, 201},
				{"a search", "POST", "/v1/chats/search", `{"message":"words"}`, []string{"Prefer: wait=5"}, 5, 201},
			} {
				for range c.times {
					session := alice.Session
					if strings.HasPrefix(c.path, "/v1/auth") {
						session = ""
					}
					conn := dial(t, s.API)
					write(conn, request(c.method, c.path, session, c.body, c.headers...))
					if err := conn.CloseWrite(); err != nil {
						t.Fatal(err)
					}
					answer, body, err := receive(conn, c.method)
					if err != nil {
						t.Fatalf("%s: no answer: %v", c.what, err)
					}
					if answer.StatusCode != c.status {
						t.Fatalf("%s: %s %s", c.what, answer.Status, body)
					}
					if c.what == "a search" && answer.Header.Get("Preference-Applied") == "" {
						t.Errorf("%s was not waited for: %s", c.what, body)
					}
				}
			}
		})
	}
}

// A reset connection cancels its request. There is no answer, and the request is logged with its outcome.
func TestAClientThatCutsItsConnection(t *testing.T) {
	t.Parallel()
	database := testkit.Postgres(t)
	s := testkit.Start(t, database...)
	alice := s.As(t, "alice")
	chat := alice.CreateChat("tea")
	unlock := testkit.LockTable(t, database, "events")
	conn := dial(t, s.API)
	write(conn, request(http.MethodGet, testkit.PagePath(chat, 1, ""), alice.Session, ""))
	awaitBlocked(t, database)
	if err := conn.SetLinger(0); err != nil { // close sends RST instead of FIN
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	await.Until(t, "the request has ended", func() bool { return strings.Contains(s.Logs(), `"status":499`) })
	unlock()
}

// awaitBlocked waits until a statement waits for a lock.
func awaitBlocked(t *testing.T, database []string) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), testkit.PostgresURL(database))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(context.WithoutCancel(t.Context()))
	await.Until(t, "a statement waits", func() bool {
		const waiting = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`
		var count int
		if err := connection.QueryRow(t.Context(), waiting).Scan(&count); err != nil {
			t.Fatal(err)
		}
		return count > 0
	})
}
