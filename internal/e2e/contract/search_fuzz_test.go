package contract_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"messenger-api/internal/testkit"
	"messenger-api/internal/words"
)

// fuzzed are the messages that are searched.
var fuzzed = []string{
	"Обедаем в час, ёлка наряжена", "A quick brown FOX jumps over the lazy dog", "foo-bar and v1.2 (a.b@example.com)",
	"NEAR needle; DROP TABLE events AND words OR not", "shall we meet on saturday, shall we", "a a a b a", "漢字 и 日本語3月に שלום 💬 e\u0301",
	`"quoted" 'text' \ & | ! <-> :* ^ { } #`,
}

var hostile = []string{
	"needle'); DROP TABLE events; --", `needle" OR "x`, "needle:* & !x | (y <-> z)", "words:needle^2", "NEAR(needle x, 5)", "{words}: needle + x\\",
	`"" "`, `"a a"`, `-"a b" a a`, "-a -b -c", "foo-bar -foo-baz", "ОБЕДАТЬ елки", "e\u0301\u0301 שלום", "\u202e\u2066 \ufeff\u200d", "💬💬💬💬", "AND OR NOT NEAR",
	"日本", "月", "3月", "$1 %s ?1 \x7f\x01", "«quick brown» “lazy dog” „foo bar“", "\xff\xfe\xfd\xfc", "a\x00bcd", "abc", strings.Repeat(`-"`, 512), strings.Repeat("ё", 1025),
}

// Any query finds what Query.Matches says, and is refused only where it is too short, too long or not
// valid text.
func FuzzSearchEmbedded(f *testing.F) { fuzzSearch(f, testkit.Embedded(f)) }

// FuzzSearchPostgres is FuzzSearchEmbedded over PostgreSQL.
func FuzzSearchPostgres(f *testing.F) { fuzzSearch(f, testkit.Postgres(f)) }

func fuzzSearch(f *testing.F, database []string) {
	alice := testkit.Start(f, database...).As(f, "alice")
	chat := alice.CreateChat("tea")
	user := alice.Join(chat, "Alice")
	var sent []string
	for _, text := range fuzzed {
		sent = append(sent, alice.Send(chat, user, text))
	}
	for _, query := range hostile {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if !utf8.ValidString(query) {
			query = `\ud800` // JSON would have it replaced by something valid
			alice.For(t).StartSearch(`{"message":"`+query+`"}`).Refused(http.StatusBadRequest, "bad-parameters")
			return
		}
		answer := alice.For(t).StartSearch(looking(query), "Prefer", "wait=5")
		if length := utf8.RuneCountInString(query); length < 4 && words.CountUnspaced(query) < 2 || length > 1024 || strings.ContainsRune(query, 0) {
			answer.Refused(http.StatusBadRequest, "bad-parameters")
			return
		}
		task := answer.Want(http.StatusCreated).Field("task_id")
		if status := alice.For(t).AwaitEnd(task); status != "SUCCESS" {
			t.Fatalf("%q is %s", query, status)
		}
		var want []string
		for i, text := range fuzzed {
			if words.ParseQuery(query).Matches(words.Analyse(text)) {
				want = append([]string{sent[i]}, want...)
			}
		}
		found := alice.For(t).Results(task, 100, "").Messages
		if got := idsOf(found); !slices.Equal(got, append([]string{}, want...)) {
			t.Errorf("%q has found %q, want %q", query, got, want)
		}
		for _, message := range found {
			points := utf8.RuneCountInString(message.Text)
			for _, mark := range message.Highlights {
				if mark.Start < 0 || mark.End <= mark.Start || mark.End > points {
					t.Errorf("%q marks %+v of %d code points", query, mark, points)
				}
			}
		}
	})
}
