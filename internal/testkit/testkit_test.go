package testkit_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/testkit"
)

func TestServersOfBothKinds(t *testing.T) {
	for name, database := range map[string]func(testing.TB) []string{"embedded": testkit.Embedded, "postgres": testkit.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := database(t)
			server := testkit.Start(t, settings...)
			send(t, server.API, 1)
			server.Stop()
			if !strings.Contains(server.Logs(), `"msg":"ready"`) {
				t.Errorf("the log is not kept: %s", server.Logs())
			}
			process := testkit.StartBinary(t, settings...)
			alice, address := process.As(t, "alice"), process.Address
			chat, user := send(t, process.API, 2)
			process.Restart()
			if process.Address != address {
				t.Errorf("restarted on %s, not on %s", process.Address, address)
			}
			alice.Send(chat, user, "after the restart")
			if got := len(alice.ReadAll(chat, 2)); got != 3 {
				t.Errorf("%d messages, want 3", got)
			}
			if code := process.Terminate(); code != 0 {
				t.Errorf("exit code %d, want 0:\n%s", code, process.Logs())
			}
		})
	}
}

// send registers or logs in, and sends messages to a chat.
func send(t *testing.T, api testkit.API, messages int) (chat, user string) {
	t.Helper()
	alice := api.As(t, "alice")
	chat = alice.CreateChat("tea")
	user = alice.Join(chat, "Alice")
	for range messages {
		alice.Send(chat, user, "hello")
	}
	return chat, user
}

func TestPostgresURL(t *testing.T) {
	settings := testkit.Postgres(t)
	connection, err := pgx.Connect(context.Background(), testkit.PostgresURL(settings))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(context.Background())
	var name string
	if err := connection.QueryRow(context.Background(), "SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(name, "test_") {
		t.Errorf("connected to %s", name)
	}
}

func TestAuthDisabled(t *testing.T) {
	server := testkit.Start(t, append(testkit.Embedded(t), "AUTH_DISABLED=on")...)
	send(t, server.API, 1)
	server.Guest(t).Get("/ping").Empty(http.StatusOK)
}

func TestCommand(t *testing.T) {
	if got := testkit.Command(t, nil, "version"); got.Code != 0 || got.Stdout != "messenger-api test\n" || got.Stderr != "" {
		t.Errorf("version: %+v", got)
	}
	if got := testkit.Command(t, []string{"PORT=x"}, "check-config"); got.Code != 2 || !strings.Contains(got.Stderr, "PORT") {
		t.Errorf("check-config with a fault: %+v", got)
	}
}
