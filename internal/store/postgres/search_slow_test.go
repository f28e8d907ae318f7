package postgres_test

import (
	"errors"
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

// A step of a search that exceeds its timeout fails with ErrTooSlow, not as an unavailable database.
func TestFindTakesTooLong(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	user := member(t, store)
	for _, statement := range []string{
		"ALTER TABLE search_index RENAME TO quick_index",
		"CREATE VIEW search_index AS SELECT i.* FROM (SELECT pg_sleep(60)) s LEFT JOIN quick_index i ON true",
		"GRANT ALL ON search_index TO PUBLIC",
	} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	parts := []search.LogRange{{ChatID: user.ChatID, Number: 1, From: 1, Through: 1}}
	criteria := search.Criteria{Query: words.ParseQuery("word"), From: search.BeforeAll()}
	_, _, err := store.FindInRanges(t.Context(), criteria, parts, true, 10, time.Second)
	if !errors.Is(err, search.ErrTooSlow) || !errs.Is(err, errs.Unavailable) {
		t.Errorf("the error is %v", err)
	}
}

// The same for the indexing of messages.
func TestExtendTakesTooLong(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	user := member(t, store)
	for _, statement := range []string{
		"CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$",
		"CREATE TRIGGER slow BEFORE INSERT ON search_positions FOR EACH ROW EXECUTE FUNCTION slow()",
	} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	_, err := store.ExtendIndex(t.Context(), []search.Extension{{IndexLag: search.IndexLag{ChatID: user.ChatID, LastSeq: 1}, Through: 1}})
	if !errors.Is(err, search.ErrTooSlow) || !errs.Is(err, errs.Unavailable) {
		t.Errorf("the error is %v", err)
	}
}
