package faults

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// A former primary that starts again without standby.signal, after another one was promoted, accepts writes
// (split brain). No process may write to it, whether it was connected to the new primary before or has
// just started.
func TestFormerPrimaryIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	a := startPostgres(t)
	b := a.startStandby()
	environment := append(a.environment(b), uncached)
	server := testkit.Start(t, environment...)
	alice := server.As(t, "alice")
	beside := alice.CreateChat("beside the load")
	user := alice.Join(beside, "alice")
	sends := testkit.NewSends(alice, chats)
	load := sends.Start(t, alice, writers)
	load.Await(200)
	load.Stop()
	a.awaitReplicated()
	a.kill()
	b.promote()
	server.AwaitReady()
	a.start()
	before := a.number(`SELECT count(*) FROM events`)

	load = sends.Start(t, alice, writers)
	for range 10 {
		load.Await(50)
		b.endConnections() // new ones are made while both accept writes
	}
	load.Await(50)
	fresh := testkit.Start(t, environment...)
	other := fresh.WithSession(t, alice.Session)
	other.Send(beside, user, "by a process that has just started")
	load.Stop()
	if want := "writing to a PostgreSQL server"; strings.Count(server.Logs(), want) < 2 {
		t.Errorf("the log does not name the host that was chosen at each change:\n%s", server.Logs())
	}

	// While the right primary is down, the other one is not used instead.
	b.kill()
	await.Until(t, "the server says why it has no database", func() bool {
		alice.Post(testkit.MessagesPath(beside, user), map[string]string{"message": "hello"})
		return strings.Contains(server.Logs(), "older timeline")
	})
	server.Guest(t).Get("/ping_db").Refused(http.StatusServiceUnavailable, "service-unavailable")
	if after := a.number(`SELECT count(*) FROM events`); after != before {
		t.Errorf("the former primary got %d events", after-before)
	}
	b.start()
	server.AwaitReady()
	sends.Verify(t, alice)
}

// Where a server is promoted while the former primary still runs, the service switches to it.
func TestPromotedBesideThePrimary(t *testing.T) {
	t.Parallel()
	a := startPostgres(t)
	b := a.startStandby()
	server := testkit.Start(t, append(a.environment(b), uncached)...)
	alice := server.As(t, "alice")
	chat := alice.CreateChat("chat")
	user := alice.Join(chat, "alice")
	a.awaitReplicated()
	b.promote()
	await.Until(t, "messages go to the server that was promoted", func() bool {
		alice.Send(chat, user, "hello")
		return b.number(`SELECT count(*) FROM events`) > 0
	})
	await.Until(t, "the log tells of the other one", func() bool {
		return strings.Contains(server.Logs(), "takes writes, too")
	})
}

// A database that was restored on another system is accepted after `migrate adopt`.
func TestMovedDatabaseIsAdopted(t *testing.T) {
	t.Parallel()
	postgres := startPostgres(t)
	environment := append(postgres.environment(), uncached)
	first := testkit.Start(t, environment...)
	first.As(t, "alice")
	first.Stop()
	postgres.execute(`UPDATE server_identity SET system_identifier = '1'`) // as in a dump of another server

	moved := testkit.Listen(t, environment...)
	await.Until(t, "the log says what happened", func() bool {
		return strings.Contains(moved.Logs(), "messenger-api migrate adopt")
	})
	moved.Guest(t).Get("/ping_db").Refused(http.StatusServiceUnavailable, "service-unavailable")
	testkit.MustRun(t, environment, "migrate", "adopt")
	moved.AwaitReady()
}

// awaitReplicated waits until a standby has replayed all WAL of this server.
func (p *postgresServer) awaitReplicated() {
	p.t.Helper()
	await.Until(p.t, "the standby has all", func() bool {
		return p.number(`SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()`) > 0
	})
}

// endConnections terminates the connections of the service.
func (p *postgresServer) endConnections() {
	p.t.Helper()
	p.number(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'messenger-api'`)
}

func (p *postgresServer) number(query string) (number int) {
	p.t.Helper()
	p.connected(func(ctx context.Context, connection *pgx.Conn) error {
		return connection.QueryRow(ctx, query).Scan(&number)
	})
	return number
}

func (p *postgresServer) execute(statement string) {
	p.t.Helper()
	p.connected(func(ctx context.Context, connection *pgx.Conn) error {
		_, err := connection.Exec(ctx, statement)
		return err
	})
}

func (p *postgresServer) connected(work func(context.Context, *pgx.Conn) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	connection, err := pgx.Connect(ctx, "postgres://messenger@"+p.address()+"/postgres?sslmode=disable")
	if err != nil {
		p.t.Fatal(err)
	}
	defer connection.Close(ctx)
	if err := work(ctx, connection); err != nil {
		p.t.Fatal(err)
	}
}
