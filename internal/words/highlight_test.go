package words

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHighlights(t *testing.T) {
	for _, test := range []struct {
		query, text string
		want        []string
	}{
		{"fox", "A fox and foxes, firefox", []string{"fox", "foxes"}},
		{"обедать", "🙂 Мы обедаем, ОБЕДАЛИ!", []string{"обедаем", "ОБЕДАЛИ"}},
		{"чай", "е\u0308ж пьёт чаи\u0306.", []string{"чаи\u0306"}},
		{`"red fox"`, "red fox, Red: FOXES; fox red", []string{"red fox", "Red: FOXES"}},
		{`"a a"`, "a a a b a, a", []string{"a a a", "a, a"}},
		{`"a b" b`, "a b b", []string{"a b", "b"}},
		{`"a b" "b c"`, "a b c", []string{"a b c"}},
		{`c "a b c d" "b c"`, "a b c b c a b c d", []string{"b c", "b c", "a b c d"}},
		{"a -b", "a b", []string{"a"}},
		{"-a", "a b", nil},
		{"", "a b", nil},
		{"c", "a b", nil},
	} {
		points := []rune(test.text)
		var got []string
		for _, found := range ParseQuery(test.query).Highlights(test.text) {
			got = append(got, string(points[found.Start:found.End]))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q in %q: %s", test.query, test.text, diff)
		}
	}
}

func TestHighlightsAreLimited(t *testing.T) {
	got := ParseQuery("a").Highlights(strings.Repeat("a ", 1000))
	if len(got) != maxHighlights || got[99] != (Highlight{198, 199}) {
		t.Errorf("%d highlights that end with %v", len(got), got[len(got)-1])
	}
	// A long phrase may yet swallow what would be the 100th.
	phrase := strings.TrimSpace(strings.Repeat("a ", 20))
	got = ParseQuery(`a "` + phrase + ` b"`).Highlights(strings.Repeat("a, ", 120) + "b a a")
	if len(got) != maxHighlights || got[99] != (Highlight{297, 298}) {
		t.Errorf("%d highlights that end with %v", len(got), got[len(got)-1])
	}
	got = ParseQuery(`a "` + phrase + ` b"`).Highlights(strings.Repeat("a, ", 119) + "b a a")
	if want := (Highlight{297, 358}); len(got) != maxHighlights || got[99] != want {
		t.Errorf("%d highlights that end with %v, want %v", len(got), got[len(got)-1], want)
	}
}

// TestHighlightsKnowPlaces: a phrase is shown only where it is found.
func TestHighlightsKnowPlaces(t *testing.T) {
	text := strings.Repeat("qa ", maxOccurrences) + "qa qb"
	if got := ParseQuery(`"qa qb"`).Highlights(text); len(got) != 0 {
		t.Errorf("a phrase without a place is highlighted: %v", got)
	}
	if got := ParseQuery("qb").Highlights(text); len(got) != 1 {
		t.Errorf("the word has the highlights %v", got)
	}
	far := numbers(maxPosition) + "qa qb"
	if got := ParseQuery(`"qa qb"`).Highlights(far); len(got) != 0 {
		t.Errorf("a phrase beyond the last place is highlighted: %v", got)
	}
	if got := ParseQuery("qa").Highlights(far); len(got) != 1 {
		t.Errorf("the word beyond the last place has the highlights %v", got)
	}
}

func TestHighlightsOfParts(t *testing.T) {
	for query, want := range map[string][]Highlight{
		"日本": {{0, 2}}, "日本語": {{0, 3}}, "月": {{5, 6}}, "3月": {{4, 6}}, "に行": {{6, 8}}, "за́мок": {{10, 16}},
	} {
		got := ParseQuery(query).Highlights("日本語 3月に行く за\u0301мок")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", query, diff)
		}
	}
}
