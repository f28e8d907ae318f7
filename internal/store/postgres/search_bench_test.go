package postgres_test

import (
	"cmp"
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/bench/corpus"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/testkit"
	"messenger-api/internal/words"
)

var (
	searchMessages = flag.Int("search.messages", 20_000, "how many messages BenchmarkFind searches")
	searchSQL      = flag.String("search.sql", "", "what BenchmarkFind does to the empty tables first, such as another index")
)

const searchChats = 1000

// BenchmarkFind searches the messages of a thousand chats, as an account in 20 of them and as
// one in all.
func BenchmarkFind(b *testing.B) {
	environment := testkit.Postgres(b)
	store := openStore(b, environment)
	if err := store.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	administer(b, environment, *searchSQL)
	few, all, terms := fillChats(b, store)
	reportIndex(b, environment)
	b.ResetTimer()
	first, second, rare := terms[0], terms[1], terms[len(terms)/20]
	for _, c := range []struct {
		name    string
		account messenger.ID
		query   string
	}{
		{"20 chats, a frequent word", few, first},
		{"20 chats, two frequent words", few, first + " " + second},
		{"20 chats, a phrase", few, `"` + first + " " + second + `"`},
		{"20 chats, a rare word", few, rare},
		{"20 chats, a frequent word without another", few, first + " -" + second},
		{"1000 chats, a frequent word", all, first},
		{"1000 chats, two frequent words", all, first + " " + second},
		{"1000 chats, a phrase", all, `"` + first + " " + second + `"`},
		{"1000 chats, a rare word", all, rare},
	} {
		b.Run(c.name, func(b *testing.B) {
			criteria := search.Criteria{Query: words.ParseQuery(c.query), From: search.BeforeAll()}
			found := 0
			for b.Loop() {
				results, _, err := search.Find(b.Context(), store, c.account, criteria, 1000)
				if err != nil {
					b.Fatal(err)
				}
				found = len(results)
			}
			b.ReportMetric(float64(found), "found")
		})
	}
}

// fillChats sends and indexes the messages, and returns an account in 20 chats, one in all, and
// the terms, the most frequent first.
func fillChats(b *testing.B, store *postgres.Store) (few, all messenger.ID, terms []string) {
	b.Helper()
	users := make([]messenger.User, searchChats)
	users[0] = member(b, store)
	all = users[0].AccountID
	for i := range users[1:] {
		users[i+1] = memberOf(b, store, all)
	}
	few = member(b, store).AccountID
	for i := range 20 {
		user := messenger.User{ID: messenger.NewID(), ChatID: users[i*searchChats/20].ChatID, AccountID: few, Name: "few"}
		if _, err := store.JoinChat(b.Context(), user); err != nil {
			b.Fatal(err)
		}
	}
	texts, random := corpus.New(1), rand.New(rand.NewPCG(1, 1))
	for sent := 0; sent < *searchMessages; sent += 500 {
		batch := make([]messenger.Message, 500)
		for i := range batch {
			batch[i] = message(users[random.IntN(searchChats)], texts.Message())
		}
		if _, err := store.AppendMessages(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	return few, all, indexAll(b, store)
}

func memberOf(b *testing.B, store *postgres.Store, account messenger.ID) messenger.User {
	b.Helper()
	chat := messenger.Chat{ID: messenger.NewID(), Name: "chat", CreatedBy: account}
	if err := store.CreateChat(b.Context(), chat); err != nil {
		b.Fatal(err)
	}
	user := messenger.User{ID: messenger.NewID(), ChatID: chat.ID, AccountID: account, Name: "user"}
	if _, err := store.JoinChat(b.Context(), user); err != nil {
		b.Fatal(err)
	}
	return user
}

// indexAll indexes all messages, logs the time per message, and returns the terms, the most
// frequent first.
func indexAll(b *testing.B, store *postgres.Store) []string {
	b.Helper()
	start := time.Now()
	messagesOf := map[string]int{}
	last, done := messenger.ID{}, false
	for !done {
		var behind []search.IndexLag
		var err error
		if behind, last, done, err = store.ScanIndexLag(b.Context(), last, 100); err != nil {
			b.Fatal(err)
		}
		extensions, err := store.ReadUnindexed(b.Context(), behind, 1<<30)
		if err != nil {
			b.Fatal(err)
		}
		for _, extension := range extensions {
			for i := range extension.Entries {
				document := words.Analyse(extension.Entries[i].Message.Text)
				for _, term := range document.Terms {
					messagesOf[term.Text]++
				}
				extension.Entries[i].Document = document
			}
		}
		if _, err := store.ExtendIndex(b.Context(), extensions); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("indexing took %v a message", time.Since(start)/time.Duration(*searchMessages))
	return slices.SortedFunc(maps.Keys(messagesOf), func(a, b string) int {
		return cmp.Or(messagesOf[b]-messagesOf[a], strings.Compare(a, b))
	})
}

// reportIndex updates the statistics, as autovacuum would, and logs the size of the index.
func reportIndex(b *testing.B, environment []string) {
	b.Helper()
	administer(b, environment, "VACUUM ANALYZE")
	b.Log(administer(b, environment, `SELECT relname || ' ' || pg_size_pretty(pg_table_size(oid)) FROM pg_class
		WHERE relname IN ('events', 'search_index', 'search_index_words')`))
}

// administer runs SQL and returns the first column of its rows.
func administer(b *testing.B, environment []string, statement string) []string {
	b.Helper()
	connection, err := pgx.Connect(b.Context(), testkit.PostgresURL(environment))
	if err != nil {
		b.Fatal(err)
	}
	defer connection.Close(b.Context())
	rows, err := connection.Query(b.Context(), statement, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		b.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	return values
}
