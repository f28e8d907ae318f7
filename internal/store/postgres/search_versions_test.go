package postgres_test

import (
	"testing"

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

// reopening opens one database again and again.
func reopening(t *testing.T) func(*testing.T, string) (storetest.SearchStore, func()) {
	t.Helper()
	database := testkit.Postgres(t)
	return func(t *testing.T, version string) (storetest.SearchStore, func()) {
		t.Helper()
		store := openStore(t, database, func(options *postgres.Options) { options.Analyser = version })
		if err := store.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return store, func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
