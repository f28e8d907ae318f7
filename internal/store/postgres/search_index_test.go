package postgres_test

import (
	"log/slog"
	"testing"

	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

// A message of 262,144 bytes in which each two adjacent letters are another word is indexed, and found by its beginning,
// also where the prefixes of the lexemes are long.
func TestLongestMessageIsIndexed(t *testing.T) {
	t.Parallel()
	const letters, most = 19997, 262144 / 3
	text := make([]rune, 0, most)
	for letter := 0; len(text) < most; letter = (letter + 1 + len(text)/letters) % letters {
		text = append(text, rune(0x4E00+letter))
	}
	store, pool := openFresh(t)
	const lastNumber = 1<<32 - 1
	if _, err := pool.Exec(t.Context(), "SELECT setval(pg_get_serial_sequence('search_positions', 'chat_number'), $1)", lastNumber-1); err != nil {
		t.Fatal(err)
	}
	user := member(t, store)
	if _, err := store.AppendMessages(t.Context(), batch(message(user, string(text)), message(user, "other words"))); err != nil {
		t.Fatal(err)
	}
	indexer := search.NewIndexer(store, search.Options{}, slog.New(slog.DiscardHandler))
	if err := indexer.CatchUp(t.Context(), user.AccountID, user.ChatID); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{string(text[:9]): 1, `"` + string(text[:9]) + `"`: 1, "words": 1, "一 words": 0} {
		criteria := search.Criteria{Query: words.ParseQuery(query), From: search.BeforeAll()}
		found, _, err := search.Find(t.Context(), store, user.AccountID, criteria, 10)
		if err != nil || len(found) != want {
			t.Errorf("%s: %d messages are found, want %d: %v", query, len(found), want, err)
		}
	}
}
