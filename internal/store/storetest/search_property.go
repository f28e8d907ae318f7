package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

// findAsMatches compares the results with Query.Matches, with few words, so that phrases are often
// found and often not.
func findAsMatches(t *testing.T, store Searched) {
	pieces := []string{"a", "b", "c", "A", "ё", "е", " ", " ", " ", "-", " -", `"`, `"`, ` "`, `" `, "·", "'", "*", " not ", "NEAR(", ")"}
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 20).Draw(t, "pieces"), "")
	})
	phrase := rapid.Custom(func(t *rapid.T) string {
		terms := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 4).Draw(t, "terms")
		return rapid.SampledFrom([]string{"", "", "-"}).Draw(t, "sign") + `"` + strings.Join(terms, " ") + `"`
	})
	query := rapid.OneOf(text, rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(phrase, 1, 4).Draw(t, "phrases"), " ")
	}))
	sentence := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 8).Draw(t, "words"), " ")
	})
	texts := rapid.SliceOfN(rapid.OneOf(text, sentence), 1, 12)
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		user := newMember(t, store)
		sent := post(t, store, user, texts.Draw(t, "texts")...)
		index(t, store, user.AccountID)
		for i := range 8 {
			asked := words.ParseQuery(query.Draw(t, fmt.Sprint("query ", i)))
			found += requireAsMatches(t, store, user.AccountID, asked, sent)
		}
	})
	if found == 0 {
		t.Error("no query found anything")
	}
}

// requireAsMatches compares the results with the messages, oldest first, that the query matches, and
// returns how many those are.
func requireAsMatches(
	t *rapid.T, store Searched, account messenger.ID, query words.Query, sent []messenger.Message,
) int {
	t.Helper()
	var want []messenger.Message
	for _, message := range slices.Backward(sent) {
		if query.Matches(words.Analyse(message.Text)) {
			want = append(want, message)
		}
	}
	requireFound(t, store, account, search.Criteria{Query: query, From: search.BeforeAll()}, want...)
	return len(want)
}

// findAnyText has texts of any characters: the index and the query must have the same terms.
func findAnyText(t *testing.T, store Searched) {
	// Databases can't store NUL, and the API refuses it.
	text := rapid.Map(rapid.String(), func(text string) string {
		return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
	})
	rapid.Check(t, func(t *rapid.T) {
		user := newMember(t, store)
		sent := post(t, store, user, rapid.SliceOfN(text, 1, 12).Draw(t, "texts")...)
		index(t, store, user.AccountID)
		for _, message := range sent {
			var each words.Query
			for _, term := range words.Analyse(message.Text).Terms {
				each.All = append(each.All, words.Phrase{term.Text})
			}
			for _, query := range []words.Query{each, words.ParseQuery(`"` + message.Text + `"`)} {
				requireAsMatches(t, store, user.AccountID, query, sent)
			}
		}
	})
}
