package postgres_test

import (
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"messenger-api/internal/search"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/storetest"
	"messenger-api/internal/testkit"
)

func TestVersionsOfTheAnalyser(t *testing.T) {
	t.Parallel()
	storetest.RunVersions(t, reopening(t))
}

func TestInterruptedFill(t *testing.T) {
	t.Parallel()
	storetest.RunInterruptedFill(t, reopening(t))
}

func TestDeletionsInVersions(t *testing.T) {
	t.Parallel()
	storetest.RunDeletionsInVersions(t, reopening(t))
}

// A process whose index was removed, since it is of the release before the last, goes on in the tables of the migrations.
// No later version takes what it has written for its own.
func TestRemovedIndexIsNotReused(t *testing.T) {
	t.Parallel()
	open := reopening(t)
	oldest, shutOldest := open(t, "one")
	defer shutOldest()
	user := member(t, oldest)
	if _, err := oldest.AppendMessages(t.Context(), batch(message(user, "word"))); err != nil {
		t.Fatal(err)
	}
	indexAll := func(store search.Store) {
		t.Helper()
		log := slog.New(slog.DiscardHandler)
		if err := search.NewIndexer(store, search.Options{}, log).CatchUp(t.Context(), user.AccountID, user.ChatID); err != nil {
			t.Fatal(err)
		}
	}
	for _, version := range []string{"two", "three", "four", "five"} {
		indexAll(oldest)
		store, shut := open(t, version)
		lag, err := store.AccountIndexLag(t.Context(), user.AccountID, user.ChatID, 1)
		if err != nil || len(lag) != 1 || lag[0].Indexed != 0 {
			t.Errorf("version %s begins with the lag %v, %v", version, lag, err)
		}
		indexAll(store)
		shut()
	}
}

// reopening opens one database again and again.
func reopening(t *testing.T) func(*testing.T, string) (storetest.Searched, func()) {
	t.Helper()
	database := testkit.Postgres(t)
	pool, err := pgxpool.New(t.Context(), testkit.PostgresURL(database))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return func(t *testing.T, version string) (storetest.Searched, func()) {
		t.Helper()
		store := openStore(t, database, func(options *postgres.Options) { options.Analyser = version })
		if err := store.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return searched(store, pool), func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
