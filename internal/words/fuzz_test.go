package words

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var seeds = []string{
	"", "fox", "Обедаем в «Ёлке» -дома", `a -"b c" "d e`, "foo-bar v1.2 a@b.c", "e\u0301 и\u0306", "İΣς", "1\uFE0F\u20E3 🙂👍🏽",
	"3月に行く 月 \"3月\" -月", "за\u0301мок п’ять o'b wi\u00ADfi مَرْحَبًا", "กินข้าว ทឹក", "a AND (b OR c*) NOT NEAR(d)", "'a' & !b:* | c <-> d\\", "שלום سلام 日本語", "\xff\x00", "yyyaying skies ied", "-a-b --c",
}

// checkTerm fails for what no term may be.
func checkTerm(t *testing.T, term string) {
	t.Helper()
	scan := scanner{text: term}
	found, _ := scan.next()
	for found.kind == edge && len(found.text) < len(term) {
		found, _ = scan.next()
	}
	switch {
	case term == "" || found.text != term:
		t.Errorf("the term %+q is not one word", term)
	case len(term) > maxTermBytes+len(stemMark) || utf8.RuneCountInString(strings.TrimSuffix(term, stemMark)) > maxTermPoints:
		t.Errorf("the term %+q is too long", term)
	case strings.ContainsAny(term, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
		t.Errorf("the term %+q is not in lower case", term)
	case !norm.NFC.IsNormalString(term):
		t.Errorf("the term %+q is not in NFC", term)
	}
}

func FuzzAnalyse(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed, uint16(1))
	}
	f.Add("qa qb ", uint16(10000))
	f.Fuzz(func(t *testing.T, text string, times uint16) {
		if len(text)*int(times) <= longestText {
			text = strings.Repeat(text, int(times))
		}
		document := Analyse(text)
		all := terms(text)
		places := make(map[string][]int32)
		for i, term := range all {
			before := places[term]
			if i < maxPosition && len(before) < maxOccurrences {
				before = append(before, int32(i+1))
			}
			places[term] = before
		}
		for _, term := range document.Terms {
			checkTerm(t, term.Text)
			if !slices.Equal(term.Positions, places[term.Text]) {
				t.Errorf("%q has the positions %v, want %v", term.Text, term.Positions, places[term.Text])
			}
		}
		for term := range lettersOf(text, inner) {
			if _, ok := places[term]; !ok {
				places[term] = nil
			}
		}
		if len(document.Terms) != len(places) {
			t.Errorf("%d terms, want %d", len(document.Terms), len(places))
		}
		checkVector(t, document)
		checkSequence(t, document, all)
		if utf8.ValidString(text) {
			if other := terms(norm.NFD.String(text)); !slices.Equal(other, all) {
				t.Errorf("%+q has the terms %+q, decomposed %+q", text, all, other)
			}
		}
	})
}

// lettersOf are the terms of the letters of these kinds.
func lettersOf(text string, kinds ...kind) map[string]bool {
	made := make(map[string]bool)
	found := newAnalyser()
	scan := scanner{text: text}
	for next, ok := scan.next(); ok; next, ok = scan.next() {
		if slices.Contains(kinds, next.kind) {
			made[string(found.term(next.text))] = true
		}
	}
	return made
}

func checkVector(t *testing.T, document Document) {
	t.Helper()
	if size := stored(document); size > largestVector {
		t.Errorf("%d bytes in PostgreSQL", size)
	}
	var read []string
	for _, item := range strings.Fields(document.TSVector()) {
		term, positions, _ := strings.Cut(strings.TrimPrefix(item, "'"), "'")
		if want := document.Terms[len(read)]; term != want.Text || strings.Count(positions, ",")+min(len(positions), 1) != len(want.Positions) {
			t.Errorf("the vector has %q for %v", item, want)
		}
		read = append(read, term)
	}
	if len(read) != len(document.Terms) {
		t.Errorf("the vector has %d terms, want %d", len(read), len(document.Terms))
	}
}

func checkSequence(t *testing.T, document Document, all []string) {
	t.Helper()
	tokens := strings.Fields(document.FTS5Text())
	found := make(map[string]bool)
	placed := min(len(all), maxPosition)
	for i, token := range tokens {
		if i < placed && token != filler && token != all[i] {
			t.Errorf("the sequence has %q in place %d, want %q", token, i+1, all[i])
		}
		if i >= placed && (token == filler) != ((i-placed)%2 == 0) {
			t.Errorf("the sequence has %q in place %d", token, i+1)
		}
		found[token] = true
	}
	delete(found, filler)
	for _, term := range document.Terms {
		if !found[term.Text] {
			t.Errorf("the sequence lacks %q", term.Text)
		}
	}
	if len(found) != len(document.Terms) {
		t.Errorf("the sequence has %d terms, want %d", len(found), len(document.Terms))
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = text[:min(len(text), 4096)]
		query := ParseQuery(text)
		inQuery := make(map[string]bool)
		for _, phrases := range [][]Phrase{query.All, query.None} {
			known := make(map[string]bool)
			for _, phrase := range phrases {
				if len(phrase) == 0 || known[strings.Join(phrase, " ")] {
					t.Errorf("%q: the phrase %q is empty or there twice", text, phrase)
				}
				known[strings.Join(phrase, " ")] = true
				for _, term := range phrase {
					checkTerm(t, term)
					inQuery[term] = true
				}
			}
		}
		document := Analyse(text)
		inText := make(map[string]bool)
		for _, term := range document.Terms {
			inText[term.Text] = true
		}
		for letter := range lettersOf(text, inner, edge) {
			if !inQuery[letter] {
				delete(inText, letter)
			}
		}
		if !maps.Equal(inQuery, inText) {
			t.Errorf("%q has the terms %v as a query and %v as a text", text, inQuery, inText)
		}
		// A text holds all phrases of itself, while each word has a place.
		if want := !query.Empty() && len(query.None) == 0; len(terms(text)) <= maxOccurrences && query.Matches(document) != want {
			t.Errorf("%q finds itself: %v, want %v", text, !want, want)
		}
	})
}

func FuzzHighlights(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed, seed+" "+seed)
	}
	f.Add(`"a a b" b "b a a"`, strings.Repeat("a, a b ", 80))
	f.Fuzz(func(t *testing.T, text, in string) {
		query := ParseQuery(text[:min(len(text), 1024)])
		if got, want := query.Highlights(in), covered(query, in); len(terms(in)) <= maxOccurrences && !slices.Equal(got, want) {
			t.Errorf("%q in %q: %v, want %v", text, in, got, want)
		}
	})
}

// covered finds the highlights of a text of at most maxOccurrences words by trying
// each phrase at each word.
func covered(query Query, text string) []Highlight {
	var found, letters []word
	scan := scanner{text: text}
	for next, ok := scan.next(); ok; next, ok = scan.next() {
		if next.kind == inner {
			letters = append(letters, next)
		} else {
			found = append(found, next)
		}
	}
	all := terms(text)
	points := make([]bool, scan.points+1)
	analyser := newAnalyser()
	for _, letter := range letters {
		term := string(analyser.term(letter.text))
		if slices.ContainsFunc(query.All, func(phrase Phrase) bool { return len(phrase) == 1 && phrase[0] == term }) {
			for at := letter.start; at < letter.end; at++ {
				points[at] = true
			}
		}
	}
	for i := range all {
		for _, phrase := range query.All {
			if end := i + len(phrase); end <= len(all) && slices.Equal(all[i:end], phrase) {
				for at := found[i].start; at < found[end-1].end; at++ {
					points[at] = true
				}
			}
		}
	}
	var made []Highlight
	for at := 0; at < len(points) && len(made) < maxHighlights; at++ {
		if points[at] {
			end := at + slices.Index(points[at:], false)
			made = append(made, Highlight{at, end})
			at = end
		}
	}
	return made
}
