package faults

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/testkit"
)

// uncached lets several nodes serve on one database without Redis.
const uncached = "APPS=auth,throttling,api,docs"

func TestTwoNodesAndOneRetriedSend(t *testing.T) {
	t.Parallel()
	environment := append(testkit.Postgres(t), uncached)
	nodes := []*testkit.Server{testkit.Start(t, environment...), testkit.Start(t, environment...)}
	alice := nodes[0].As(t, "alice")
	chat := alice.CreateChat("chat")
	user := alice.Join(chat, "alice")
	const rounds = 200
	for round := range rounds {
		var ids [2]string
		var group sync.WaitGroup
		for i, node := range nodes {
			group.Go(func() {
				c := node.WithSession(t, alice.Session)
				ids[i] = c.SendOnce(chat, user, fmt.Sprint("by node ", i), fmt.Sprint("key ", round))
			})
			group.Go(func() { node.WithSession(t, alice.Session).Send(chat, user, "beside") })
		}
		group.Wait()
		if ids[0] != ids[1] {
			t.Fatalf("round %d: want one message_id from both nodes, got %v", round, ids)
		}
	}
	messages := alice.ReadAll(chat, 100)
	if want := 3 * rounds; len(messages) != want {
		t.Errorf("want %d messages, got %d", want, len(messages))
	}
	for i, message := range messages {
		if want := int64(len(messages) - i); message.Seq != want {
			t.Fatalf("want seq %d, got %d", want, message.Seq)
		}
	}
}

func TestEndedConnectionsLoseNothing(t *testing.T) {
	t.Parallel()
	environment := append(testkit.Postgres(t), uncached) // the leader lock's connection is terminated, too
	server := testkit.Start(t, environment...)
	connection := connect(t, environment)
	alice := server.As(t, "alice")
	sends := testkit.NewSends(alice, chats)
	load := sends.Start(t, alice, writers)
	const endOthers = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'messenger-api'`
	for range 30 {
		load.Await(20)
		if _, err := connection.Exec(t.Context(), endOthers); err != nil {
			t.Fatal(err)
		}
	}
	load.Await(50)
	load.Stop()
	sends.Verify(t, alice)
}

func TestLockedChatFailsNoOther(t *testing.T) {
	t.Parallel()
	environment := testkit.Postgres(t)
	server := testkit.Start(t, environment...)
	connection := connect(t, environment)
	alice := server.As(t, "alice")
	const others = 20
	chats, users := make([]string, 1+others), make([]string, 1+others)
	for i := range chats {
		chats[i] = alice.CreateChat("chat")
		users[i] = alice.Join(chats[i], "alice")
	}
	lock, err := connection.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // its end is what counts
	if _, err := lock.Exec(t.Context(), "SELECT FROM chats WHERE chat_id = $1 FOR UPDATE", chats[0]); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range chats {
		group.Go(func() {
			answer := alice.Post(testkit.MessagesPath(chats[i], users[i]), map[string]string{"message": "hello"})
			if i == 0 {
				answer.Refused(http.StatusServiceUnavailable, "service-unavailable")
				return
			}
			answer.Want(http.StatusCreated)
		})
	}
	group.Wait()
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	alice.Send(chats[0], users[0], "after the lock")
}

func TestPoisonFailsAlone(t *testing.T) {
	t.Parallel()
	environment := testkit.Postgres(t)
	server := testkit.Start(t, environment...)
	if _, err := connect(t, environment).Exec(t.Context(), "ALTER TABLE events ADD CHECK (text <> 'poison')"); err != nil {
		t.Fatal(err)
	}
	alice := server.As(t, "alice")
	chat := alice.CreateChat("chat")
	user := alice.Join(chat, "alice")
	var group sync.WaitGroup
	for i := range 40 {
		group.Go(func() {
			if i%10 == 5 {
				answer := alice.Post(testkit.MessagesPath(chat, user), map[string]string{"message": "poison"})
				answer.Refused(http.StatusInternalServerError, "internal-error")
				return
			}
			alice.Send(chat, user, "good")
		})
	}
	group.Wait()
	if messages := alice.ReadAll(chat, 100); len(messages) != 36 || messages[0].Seq != 36 {
		t.Errorf("want 36 messages without holes, got %d up to seq %d", len(messages), messages[0].Seq)
	}
}

func connect(t *testing.T, environment []string) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), testkit.PostgresURL(environment))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := connection.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return connection
}
