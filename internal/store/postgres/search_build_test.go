package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// A process that ends during the build leaves an invalid index; the next one builds it again.
func TestInterruptedBuildIsRepeated(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	user := member(t, store)
	outcomes, err := store.AppendMessages(t.Context(), []messenger.Message{message(user, "word")})
	if err != nil || outcomes[0].Err != nil {
		t.Fatal(err, outcomes)
	}
	deferred, err := store.DeferIndexBuild(t.Context(), 1)
	if err != nil || !deferred || wordsIndex(t, pool) != "none" {
		t.Fatalf("deferred is %v, %v, the index %s", deferred, err, wordsIndex(t, pool))
	}
	// As after a process whose server was killed during the build.
	for _, statement := range []string{
		"CREATE INDEX search_index_words ON search_index USING gin (words)",
		"UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'search_index_words'::regclass",
	} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if deferred, err := store.DeferIndexBuild(t.Context(), 1); err != nil || !deferred {
		t.Errorf("deferred is %v, %v", deferred, err)
	}
	if _, err := store.LogRanges(t.Context(), user.AccountID, search.Request{}); err != nil {
		t.Fatal(err)
	}
	if err := store.BuildIndex(t.Context(), nil); err != nil || wordsIndex(t, pool) != "valid" {
		t.Errorf("the error is %v, the index %s", err, wordsIndex(t, pool))
	}
	if deferred, err := store.DeferIndexBuild(t.Context(), 2); err != nil || deferred {
		t.Errorf("deferred is %v, %v", deferred, err)
	}
}

func wordsIndex(t *testing.T, pool *pgxpool.Pool) (state string) {
	t.Helper()
	err := pool.QueryRow(t.Context(), `SELECT coalesce((SELECT CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END FROM pg_index
		WHERE indexrelid = to_regclass('search_index_words')), 'none')`).Scan(&state)
	if err != nil {
		t.Fatal(err)
	}
	return state
}
