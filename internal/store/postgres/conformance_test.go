package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"messenger-api/internal/messenger"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/storetest"
	"messenger-api/internal/testkit"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) messenger.Store {
		store, _ := openFresh(t)
		return store
	})
}

func TestTwoStoresOnOneDatabase(t *testing.T) {
	t.Parallel()
	storetest.RunShared(t, func(t *testing.T) (messenger.Store, messenger.Store) {
		environment := testkit.Postgres(t)
		a, b := openStore(t, environment), openStore(t, environment)
		if err := a.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return a, b
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	storetest.RunSearch(t, func(t *testing.T) storetest.Searched {
		store, pool := openFresh(t)
		return searched(store, pool)
	})
}

// searched lets a test run its own SQL by the pool.
func searched(store *postgres.Store, pool *pgxpool.Pool) storetest.Searched {
	return storetest.Searched{SearchStore: store, Execute: func(t *testing.T, statement string, arguments ...any) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), statement, arguments...); err != nil {
			t.Fatal(err)
		}
	}}
}
