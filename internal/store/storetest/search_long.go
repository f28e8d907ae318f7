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

// findLongAsMatches has queries of more phrases than the prefilter of an index takes, and many
// exclusions. Texts have most of the words, so that some are found.
func findLongAsMatches(t *testing.T, store Searched) {
	letters := strings.Split("a bb ccc dddd e ff ggg hhhh i jj kkk llll m nn", " ")
	others := strings.Split("o pp qqq rrrr s tt uuu vvvv x yy zzz", " ")
	exclusions := slices.Clone(others)
	for i, other := range others {
		exclusions = append(exclusions, `"`+letters[i]+" "+other+`"`, `"`+other+" "+letters[i]+`"`)
	}
	query := rapid.Custom(func(t *rapid.T) string {
		var asked []string
		for from := 0; from < len(letters); {
			to := min(from+rapid.SampledFrom([]int{1, 1, 1, 2, 3, 12}).Draw(t, "words"), len(letters))
			asked = append(asked, `"`+strings.Join(letters[from:to], " ")+`"`)
			from = to
		}
		for _, excluded := range rapid.SliceOfN(rapid.SampledFrom(exclusions), 0, 16).Draw(t, "exclusions") {
			asked = append(asked, "-"+excluded)
		}
		return strings.Join(asked, " ")
	})
	text := rapid.Custom(func(t *rapid.T) string {
		said := slices.Clone(letters)
		if rapid.IntRange(0, 2).Draw(t, "left out") == 0 {
			said = slices.Delete(said, 0, 1+rapid.IntRange(0, 6).Draw(t, "words"))
		}
		for _, other := range rapid.SliceOfN(rapid.SampledFrom(others), 0, 3).Draw(t, "others") {
			said = slices.Insert(said, rapid.IntRange(0, len(said)).Draw(t, "at"), other)
		}
		return strings.Join(said, " ")
	})
	found, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		user := newMember(t, store)
		sent := post(t, store, user, rapid.SliceOfN(text, 1, 12).Draw(t, "texts")...)
		index(t, store, user.AccountID)
		for i := range 3 {
			query := words.ParseQuery(query.Draw(t, fmt.Sprint("query ", i)))
			found += requireAsMatches(t, store, user.AccountID, query, sent)
			asked += len(sent)
		}
	})
	if found == 0 || found == asked {
		t.Errorf("of %d messages %d were found", asked, found)
	}
}

// findLongLimit has many messages that match a long query except for its last, shortest word, or for
// an excluded one.
func findLongLimit(t *testing.T, store Searched) {
	const sentMany, inOne = 1200, 200
	user := newMember(t, store)
	asked := strings.Join(numbered(1001, 1020), " ")
	var want []messenger.Message
	for range sentMany / inOne {
		texts := slices.Repeat([]string{asked, asked, asked, asked, asked, asked + " x", asked + " x y"}, inOne/7)
		for i, message := range post(t, store, user, texts...) {
			if i%7 == 5 {
				want = append(want, message)
			}
		}
	}
	index(t, store, user.AccountID)
	slices.SortFunc(want, func(a, b messenger.Message) int { return sortKeyOf(a).Compare(sortKeyOf(b)) })
	excluding := criteria(asked + " x -y -" + strings.Join(numbered(1, 20), " -"))
	requireFound(t, store, user.AccountID, excluding, want...)
	for _, limit := range []int{1, 2, 150, len(want)} {
		results, _, err := search.Find(t.Context(), store, user.AccountID, excluding, limit)
		check(t, err)
		requireEqual(t, results, resultsOf(want[:limit]...))
	}
	excluding.From, excluding.To = sortKeyOf(want[9]), sortKeyOf(want[149])
	requireFound(t, store, user.AccountID, excluding, want[10:150]...)
}
