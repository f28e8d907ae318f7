package words

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite"
)

// databaseDeadline is how long all that one test asks of a database may take.
const databaseDeadline = 3 * time.Minute

// finder says by which of the queries a database finds the document.
type finder func(t *testing.T, document Document, queries ...Query) []bool

// databases gives a finder for each: they index a document in its rendering and ask
// for a query in the plainest form.
func databases(t *testing.T) map[string]finder {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), databaseDeadline)
	t.Cleanup(cancel)
	return map[string]finder{"postgres": each(postgresFinder(ctx, t)), "sqlite": sqliteFinder(ctx, t)}
}

// each asks one query after the other.
func each(find func(*testing.T, Document, Query) bool) finder {
	return func(t *testing.T, document Document, queries ...Query) []bool {
		t.Helper()
		var found []bool
		for _, query := range queries {
			found = append(found, find(t, document, query))
		}
		return found
	}
}

func postgresFinder(ctx context.Context, t *testing.T) func(*testing.T, Document, Query) bool {
	t.Helper()
	address := os.Getenv("TEST_POSTGRES_URL")
	if address == "" {
		t.Fatal("TEST_POSTGRES_URL is not set: this test needs a PostgreSQL server. " +
			"Run `make test`, or start one with `scripts/services up postgres` and then `. .services/env`")
	}
	connection, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close(context.Background()) })
	return func(t *testing.T, document Document, query Query) bool {
		t.Helper()
		asked := join(query.All, "'", " <-> ", "(", ")", " & ")
		if len(query.None) > 0 {
			asked += " & !(" + join(query.None, "'", " <-> ", "(", ")", " | ") + ")"
		}
		var found bool
		// The second condition: PostgreSQL keeps each term and position as it was given.
		const ask = `SELECT $1::tsvector @@ $2::tsquery AND length($1::tsvector) = $3
			AND (SELECT coalesce(sum(cardinality(positions)), 0) FROM unnest($1::tsvector)) = $4`
		positions := 0
		for _, term := range document.Terms {
			positions += len(term.Positions)
		}
		err := connection.QueryRow(ctx, ask, document.TSVector(), asked, len(document.Terms), positions).Scan(&found)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
}

func sqliteFinder(ctx context.Context, t *testing.T) finder {
	t.Helper()
	database, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	database.SetMaxOpenConns(1) // each connection has a memory of its own
	t.Cleanup(func() { _ = database.Close() })
	run := func(t *testing.T, statement string, arguments ...any) {
		t.Helper()
		if _, err := database.ExecContext(ctx, statement, arguments...); err != nil {
			t.Fatal(err)
		}
	}
	run(t, `CREATE VIRTUAL TABLE texts USING fts5(terms, tokenize = 'ascii')`)
	ask := func(t *testing.T, query Query) bool {
		t.Helper()
		asked := "(" + join(query.All, "", " ", `"`, `"`, " AND ") + ")"
		if len(query.None) > 0 {
			asked += " NOT (" + join(query.None, "", " ", `"`, `"`, " OR ") + ")"
		}
		var found int
		if err := database.QueryRowContext(ctx, `SELECT count(*) FROM texts WHERE texts MATCH ?`, asked).Scan(&found); err != nil {
			t.Fatal(err)
		}
		return found == 1
	}
	return func(t *testing.T, document Document, queries ...Query) []bool {
		t.Helper()
		run(t, `DELETE FROM texts`)
		run(t, `INSERT INTO texts (terms) VALUES (?)`, document.FTS5Text())
		var found []bool
		for _, query := range queries {
			found = append(found, ask(t, query))
		}
		return found
	}
}

// join writes phrases between open and closed, their terms in quotes.
func join(phrases []Phrase, quote, next, open, closed, operator string) string {
	var made []string
	for _, phrase := range phrases {
		made = append(made, open+quote+strings.Join(phrase, quote+next+quote)+quote+closed)
	}
	return strings.Join(made, operator)
}

// TestDatabasesAgree: both databases find what Query.Matches says, in random texts of few words.
func TestDatabasesAgree(t *testing.T) {
	some := []string{"а", "и", "fox", "Foxes", "ёж", "ежи", "чаи\u0306", "v1.2", "🙂", "and", "יום", "3月に", "今月", "月", "NOT", "near", "c3po", "-", `"`, `"`, " -"}
	// The same texts each time.
	random := rand.New(rand.NewPCG(4, 0))
	made := func(most int) string {
		var text []string
		for range 1 + random.IntN(most) {
			text = append(text, some[random.IntN(len(some))])
		}
		return strings.Join(text, []string{" ", ", ", ""}[random.IntN(3)])
	}
	for name, find := range databases(t) {
		t.Run(name, func(t *testing.T) {
			answers := map[bool]int{}
			for range 1000 {
				query, document := ParseQuery(made(4)), Analyse(made(20))
				if query.Empty() {
					continue
				}
				want := query.Matches(document)
				answers[want]++
				if got := find(t, document, query)[0]; got != want {
					t.Errorf("%q finds %q: %v, want %v", query, document.FTS5Text(), got, want)
				}
			}
			if answers[true] < 100 || answers[false] < 100 {
				t.Errorf("the texts show little: %v", answers)
			}
		})
	}
}

func TestDatabasesAgreeAtTheLimits(t *testing.T) {
	for name, find := range databases(t) {
		t.Run(name, func(t *testing.T) {
			for name, test := range limited {
				var (
					texts   []string
					queries []Query
				)
				for text := range test.matches {
					texts = append(texts, text)
					queries = append(queries, ParseQuery(text))
				}
				for i, got := range find(t, Analyse(test.text), queries...) {
					if want := test.matches[texts[i]]; got != want {
						t.Errorf("%s: %s is found: %v, want %v", name, texts[i], got, want)
					}
				}
			}
		})
	}
}

// TestLargestVectorInPostgres: PostgreSQL takes the largest vectors and loses nothing of them.
func TestLargestVectorInPostgres(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), databaseDeadline)
	defer cancel()
	find := postgresFinder(ctx, t)
	for name, text := range largest() {
		document := Analyse(text)
		last := Query{All: []Phrase{{document.Terms[len(document.Terms)-1].Text}}}
		if !find(t, document, last) {
			t.Errorf("%s: the last term is not found", name)
		}
	}
}
