package postgres_test

import (
	"errors"
	"testing"

	"messenger-api/internal/errs"
	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

// A search beyond the time of a statement is told from a database that is down.
func TestFindTakesTooLong(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	user := member(t, store)
	for _, statement := range []string{
		"ALTER TABLE search_index RENAME TO quick_index",
		"CREATE VIEW search_index AS SELECT i.* FROM (SELECT pg_sleep(60)) s LEFT JOIN quick_index i ON true",
	} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	_, err := store.Find(t.Context(), user.AccountID, search.Criteria{Query: words.ParseQuery("word"), From: search.AtStart()}, 10)
	if !errors.Is(err, search.ErrTooSlow) || !errs.Is(err, errs.Unavailable) {
		t.Errorf("the error is %v", err)
	}
}
