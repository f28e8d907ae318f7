package words

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnalyse(t *testing.T) {
	got := Analyse("Кот и кошка: коты и foxes, и всё.")
	want := []Term{
		{"кот", []int32{1, 4}}, {"и", []int32{2, 5, 7}}, {"кошек", []int32{3}}, {"fox", []int32{6}}, {"все", []int32{8}},
	}
	if diff := cmp.Diff(want, got.Terms); diff != "" {
		t.Error(diff)
	}
	if want := "'кот':1,4 'и':2,5,7 'кошек':3 'fox':6 'все':8"; got.TSVector() != want {
		t.Errorf("vector %q, want %q", got.TSVector(), want)
	}
	if want := "кот и кошек кот и fox и все"; got.FTS5Text() != want {
		t.Errorf("sequence %q, want %q", got.FTS5Text(), want)
	}
	if none := Analyse("!?"); none.TSVector() != "" || none.FTS5Text() != "" {
		t.Errorf("a text without words renders as %q and %q", none.TSVector(), none.FTS5Text())
	}
}

// TestManyTerms has more terms than are looked through one by one.
func TestManyTerms(t *testing.T) {
	var text strings.Builder
	for range 2 {
		for i := range 3 * fewTerms {
			fmt.Fprintf(&text, "%d ", i)
		}
	}
	got := Analyse(text.String())
	if len(got.Terms) != 3*fewTerms {
		t.Fatalf("%d terms, want %d", len(got.Terms), 3*fewTerms)
	}
	for i, term := range got.Terms {
		want := Term{fmt.Sprint(i), []int32{int32(i + 1), int32(3*fewTerms + i + 1)}}
		if diff := cmp.Diff(want, term); diff != "" {
			t.Error(diff)
		}
	}
}

// limited has the texts at the limits of positions, each with what a query finds.
var limited = map[string]struct {
	text    string
	matches map[string]bool
}{
	"the last place": {numbers(maxPosition-2) + "qa qb qc", map[string]bool{
		"qa": true, "qb": true, "qc": true, `"qa qb"`: true, `"qb qc"`: false, `qa -"qb qc"`: true, `"qc"`: true,
	}},
	"placed before and beyond": {"qa qb " + numbers(maxPosition) + "qb qa qc qd", map[string]bool{
		`"qa qb"`: true, `"qb qa"`: false, `"qc qd"`: false, "qc qd": true, `"qa qc"`: false,
	}},
	"the last occurrence": {strings.Repeat("qa ", maxOccurrences-1) + "qx qa qb qa qy qb", map[string]bool{
		`"qx qa"`: true, `"qa qb"`: true, `"qb qa"`: false, `"qa qy"`: false, `"qb qy"`: false, `"qy qb"`: true, "qa": true,
	}},
	"repeats": {"qa qa qb", map[string]bool{
		`"qa qa"`: true, `"qa qa qa"`: false, `"qa qa qb"`: true, `"qa qb qa"`: false,
	}},
}

// numbers is a text of this many words, each another.
func numbers(count int) string {
	var text strings.Builder
	for i := range count {
		fmt.Fprintf(&text, "%d ", i)
	}
	return text.String()
}

func TestPositionLimits(t *testing.T) {
	for name, test := range limited {
		document := Analyse(test.text)
		for query, want := range test.matches {
			if got := ParseQuery(query).Matches(document); got != want {
				t.Errorf("%s: %s is found: %v, want %v", name, query, got, want)
			}
		}
	}
}

func TestPlacelessRenderings(t *testing.T) {
	long := Analyse(numbers(maxPosition) + "qa qb 0")
	if got := long.TSVector(); !strings.HasSuffix(got, " '16382':16383 'qa' 'qb'") {
		t.Errorf("vector ends with %q", got[len(got)-40:])
	}
	if got := long.FTS5Text(); !strings.HasSuffix(got, " 16382 · qa · qb") {
		t.Errorf("sequence ends with %q", got[len(got)-40:])
	}
	often := Analyse(strings.Repeat("qa ", maxOccurrences+1) + "qb")
	if got := often.TSVector(); !strings.HasSuffix(got, ",256 'qb':258") {
		t.Errorf("vector ends with %q", got[len(got)-40:])
	}
	if got := often.FTS5Text(); !strings.HasSuffix(got, "qa qa · qb") {
		t.Errorf("sequence ends with %q", got[len(got)-40:])
	}
}

const (
	// longestText and largestVector are the bytes of the longest message and of PostgreSQL's largest tsvector.
	longestText   = 262144
	largestVector = 1<<20 - 1
)

// stored is what PostgreSQL needs for the terms and positions of a tsvector, with the longest prefix of each term.
func stored(d Document) int {
	const prefix = len("ffffffff.fffff|")
	bytes := 0
	for _, term := range d.Terms {
		bytes += prefix + len(term.Text)
		if count := len(term.Positions); count > 0 {
			bytes += bytes%2 + 2 + 2*count
		}
	}
	return bytes
}

// largest are the texts that need the most: many different words of few bytes, and words of letters
// that need twice their bytes when folded.
func largest() map[string]string {
	var short, growing strings.Builder
	for i := 0; short.Len() < longestText-8; i++ {
		short.WriteString(string([]rune{rune(0x4E00 + i%20000)}))
		if i >= 20000 {
			short.WriteString(string([]rune{rune(0x4E00 + i/20000)}))
		}
		short.WriteByte(' ')
	}
	// Each letter is 3 bytes and folds to 6; the digits make the words different.
	for i := 0; growing.Len() < longestText-70; i++ {
		fmt.Fprintf(&growing, "%s%d ", strings.Repeat("\u0958", 5+i%2), i)
	}
	// Each two adjacent letters are another word.
	const letters = 19997
	pairs := make([]rune, 0, longestText/3)
	for letter := 0; len(pairs) < longestText/3; letter = (letter + 1 + len(pairs)/letters) % letters {
		pairs = append(pairs, rune(0x4E00+letter))
	}
	var few strings.Builder // letters
	for i := 0; few.Len() < longestText-8; i++ {
		few.WriteString(strconv.FormatInt(int64(i), 36) + " ")
	}
	return map[string]string{
		"pairs": string(pairs), "few letters": few.String(),
		"short": short.String(), "growing": growing.String(), "long": strings.Repeat(strings.Repeat("\u0958", 32)+" ", 2700),
		"numbers": numbers(40000), "one word": strings.Repeat("\u0958", 87000), "same": strings.Repeat("a ", longestText/2),
	}
}

func TestLargestVector(t *testing.T) {
	for name, text := range largest() {
		if len(text) > longestText {
			t.Fatalf("%s: %d bytes", name, len(text))
		}
		size := stored(Analyse(text))
		if size > largestVector {
			t.Errorf("%s: %d bytes", name, size)
		}
	}
}
