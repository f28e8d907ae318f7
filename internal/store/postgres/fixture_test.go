package postgres_test

import (
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"messenger-api/internal/config"
	"messenger-api/internal/messenger"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/testkit"
)

// openStore opens a store on a database of testkit.Postgres, as the server does.
func openStore(t testing.TB, environment []string, changes ...func(*postgres.Options)) *postgres.Store {
	t.Helper()
	return openLogged(t, environment, slog.New(slog.DiscardHandler), changes...)
}

// openLogged is openStore with a log.
func openLogged(t testing.TB, environment []string, log *slog.Logger, changes ...func(*postgres.Options)) *postgres.Store {
	t.Helper()
	cfg, err := config.Load(environment, nil)
	if err != nil {
		t.Fatal(err)
	}
	host := cfg.Database.Hosts[0]
	options := postgres.Options{
		Hosts: []postgres.Host{{Name: host.Host, Port: uint16(host.Port)}},
		User:  cfg.Database.User, Password: cfg.Database.Password.Reveal(), Database: cfg.Database.Name,
		SSLMode: cfg.Database.SSLMode, PoolSize: 6,
	}
	for _, change := range changes {
		change(&options)
	}
	store, err := postgres.Open(options, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// openFresh returns a store on a new database, as a user with only the documented permissions, and a pool for the
// test's own SQL, as the administrator.
func openFresh(t *testing.T) (*postgres.Store, *pgxpool.Pool) {
	t.Helper()
	environment := testkit.Postgres(t)
	store := openStore(t, testkit.LimitedUser(t, environment))
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.New(t.Context(), testkit.PostgresURL(environment))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return store, pool
}

// member creates an account and a chat with it as the only user.
func member(t testing.TB, store messenger.Store) messenger.User {
	t.Helper()
	account := messenger.NewID()
	if err := store.CreateAccount(t.Context(), messenger.Account{ID: account, Name: account.String()}); err != nil {
		t.Fatal(err)
	}
	chat := messenger.Chat{ID: messenger.NewID(), Name: "chat", CreatedBy: account}
	if err := store.CreateChat(t.Context(), chat); err != nil {
		t.Fatal(err)
	}
	user, err := store.JoinChat(t.Context(), messenger.User{ID: messenger.NewID(), ChatID: chat.ID, AccountID: account, Name: "user"})
	if err != nil {
		t.Fatal(err)
	}
	return user
}

func message(user messenger.User, text string) messenger.Message {
	return messenger.Message{ID: messenger.NewID(), ChatID: user.ChatID, UserID: user.ID, AccountID: user.AccountID, Text: text}
}
