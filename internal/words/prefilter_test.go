package words_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"messenger-api/internal/words"
)

// An outline has few terms, and is true of all that the query is true of.
func TestOutlineFindsNoLess(t *testing.T) {
	sequence := func(most int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "cc", "ddd"}), 1, most).Draw(t, "words"), " ")
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		var asked strings.Builder
		for _, phrase := range rapid.SliceOfN(sequence(4), 1, 6).Draw(t, "phrases") {
			asked.WriteString(rapid.SampledFrom([]string{`"`, ` -"`}).Draw(t, "sign") + phrase + `" `)
		}
		query := words.ParseQuery(asked.String())
		terms := rapid.IntRange(1, 8).Draw(t, "terms")
		outline, exact := query.Prefilter(terms)
		if len(slices.Concat(outline.All...)) > terms || len(slices.Concat(outline.None...)) > terms {
			t.Fatalf("%v has more than %d terms", outline, terms)
		}
		if outline.Empty() != query.Empty() {
			t.Fatalf("%v is outlined as %v", query, outline)
		}
		for _, text := range rapid.SliceOfN(sequence(12), 1, 8).Draw(t, "texts") {
			document := words.Analyse(text)
			matches, outlined := query.Matches(document), outline.Matches(document)
			if matches && !outlined || exact && matches != outlined {
				t.Fatalf("%q: %v is %t, its outline %v is %t (exact: %t)", text, query, matches, outline, outlined, exact)
			}
		}
	})
}
