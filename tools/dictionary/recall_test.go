package main

import (
	"bufio"
	"context"
	"hash/fnv"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/words"
)

// The least that is to be found, as a share of the pairs of forms of one word, and the most pairs of strangers that may be one.
const (
	leastRecall   = 0.98
	mostStrangers = 4
)

// TestRecall measures how many pairs of forms of a word find each other, over a tenth of the dictionaries and over everyday
// words, and how many pairs of strangers do; and the same of PostgreSQL's own configurations, for docs/search.md.
func TestRecall(t *testing.T) {
	address := os.Getenv("TEST_POSTGRES_URL")
	if address == "" {
		t.Fatal("TEST_POSTGRES_URL is not set: this test needs a PostgreSQL server. Run it under `scripts/services run postgres --`")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	connection, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(context.WithoutCancel(ctx))
	postgres := func(forms []string) []string { return lexemes(ctx, t, connection, forms) }
	russian, english := tenth(t, readRussian), tenth(t, readEnglish)
	for _, list := range []struct {
		name  string
		words [][]string
	}{
		{"a tenth of the Russian dictionary", russian}, {"a tenth of the English dictionary", english},
		{"everyday words", everyday(t)},
	} {
		ours, lost := recall(list.words, analysed)
		theirs, _ := recall(list.words, postgres)
		t.Logf("%s, %d words: %.4f of the pairs of forms find each other, in PostgreSQL %.4f", list.name, len(list.words), ours, theirs)
		if ours < leastRecall {
			t.Errorf("%s: %.4f, want %.2f; lost are %q", list.name, ours, leastRecall, lost)
		}
	}
	pairs := lines(t, "testdata/strangers.txt")
	ours, theirs := joinedPairs(pairs, analysed), joinedPairs(pairs, postgres)
	t.Logf("of %d pairs of strangers %d are one %q, in PostgreSQL %d", len(pairs), len(ours), ours, len(theirs))
	if len(pairs) != 60 || len(ours) > mostStrangers {
		t.Errorf("of %d pairs of strangers %d are one, at most %d of 60 may be: %q", len(pairs), len(ours), mostStrangers, ours)
	}
}

// analysed gives the term of each form, or nothing where it is no single word.
func analysed(forms []string) []string {
	terms := make([]string, len(forms))
	for i, form := range forms {
		if document := words.Analyse(form); len(document.Terms) > 0 {
			terms[i] = document.Terms[0].Text
		}
	}
	return terms
}

// lexemes gives what PostgreSQL's russian and english make of each form; nothing of a stop word.
func lexemes(ctx context.Context, t *testing.T, connection *pgx.Conn, forms []string) []string {
	t.Helper()
	const ask = `
		SELECT coalesce(ts_lexize(CASE WHEN form ~ '[а-яёА-ЯЁ]' THEN 'russian_stem' ELSE 'english_stem' END::regdictionary,
			lower(form)), '{}')
		FROM unnest($1::text[]) WITH ORDINALITY AS f (form, place) ORDER BY place`
	plain := make([]string, len(forms))
	for i, form := range forms {
		plain[i] = strings.TrimSuffix(form, "'s") // its parser does that
	}
	rows, err := connection.Query(ctx, ask, plain)
	if err != nil {
		t.Fatal(err)
	}
	made, err := pgx.CollectRows(rows, pgx.RowTo[[]string])
	if err != nil {
		t.Fatal(err)
	}
	terms := make([]string, len(made))
	for i, one := range made {
		terms[i] = strings.Join(one, " ")
	}
	return terms
}

// recall is the mean over the words of the share of the pairs of its forms that have one term; lost are the words
// that have less than all.
func recall(families [][]string, terms func([]string) []string) (share float64, lost []string) {
	var all []string
	for _, family := range families {
		all = append(all, family...)
	}
	found := terms(all)
	count := 0
	for _, family := range families {
		own := found[:len(family)]
		found = found[len(family):]
		pairs, same := 0, 0
		for i := range own {
			for j := range i {
				pairs++
				if own[i] != "" && own[i] == own[j] {
					same++
				}
			}
		}
		if pairs == 0 {
			continue
		}
		count++
		share += float64(same) / float64(pairs)
		if same < pairs && len(lost) < 60 {
			lost = append(lost, strings.Join(own, "/"))
		}
	}
	return share / float64(count), lost
}

func joinedPairs(pairs []string, terms func([]string) []string) (joined []string) {
	for _, pair := range pairs {
		if found := terms(strings.Fields(pair)); found[0] != "" && found[0] == found[1] {
			joined = append(joined, pair)
		}
	}
	return joined
}

// tenth gives the words, with their forms, of a fixed tenth of a dictionary.
func tenth(t *testing.T, read func(string, families) (*lexicon, error)) (chosen [][]string) {
	t.Helper()
	declared, err := readFamilies("data/families.txt")
	if err != nil {
		t.Fatal(err)
	}
	lexicon, err := read("data", declared)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range lexicon.words {
		hash := fnv.New32a()
		_, _ = hash.Write([]byte(word.text))
		if hash.Sum32()%10 == 0 {
			chosen = append(chosen, word.forms)
		}
	}
	return chosen
}

// everyday reads testdata/everyday.txt.
func everyday(t *testing.T) (made [][]string) {
	t.Helper()
	for _, line := range lines(t, "testdata/everyday.txt") {
		stem, rest, _ := strings.Cut(line, ":")
		endings, others, _ := strings.Cut(rest, "+")
		var forms []string
		for ending := range strings.FieldsSeq(endings) {
			forms = append(forms, stem+strings.TrimPrefix(ending, "-"))
		}
		made = append(made, append(forms, strings.Fields(others)...))
	}
	return made
}

func lines(t *testing.T, path string) (read []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for scan := bufio.NewScanner(file); scan.Scan(); {
		if line := strings.TrimSpace(scan.Text()); line != "" && !strings.HasPrefix(line, "#") {
			read = append(read, line)
		}
	}
	return read
}
