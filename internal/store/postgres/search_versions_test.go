package postgres_test

import (
	"testing"

	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/storetest"
	"messenger-api/internal/testkit"
)

func TestVersionsOfTheAnalyser(t *testing.T) {
	t.Parallel()
	database := testkit.Postgres(t)
	storetest.RunVersions(t, func(t *testing.T, version string) (storetest.SearchStore, func()) {
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
	})
}
