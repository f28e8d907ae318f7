package storetest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"messenger-api/internal/messenger"
)

// searchedTexts are messages, by the name that searchQueries have for them.
var searchedTexts = map[string]string{
	"dine":      "Мы обедаем в 12:30, как всегда.",
	"to dine":   "Пора ОБЕДАТЬ!",
	"fox":       "The quick brown fox jumps over the lazy dog",
	"foxes":     "Foxes are not dogs; they run.",
	"fir":       "Ёлка стоит в углу",
	"firs":      "елки-палки",
	"parts":     "е\u0308лочка",
	"foo-bar":   "see foo-bar",
	"foo, bar":  "foo and bar",
	"version":   "released v1.2 today",
	"versions":  "v1 or 2",
	"mail":      "write to Alice.Smith+news@example.com",
	"number":    "call +1 (555) 123-45-67",
	"emoji":     "🎉party🎉 👩‍🚀",
	"operators": `x & y | !z <-> 'q' "w" AND NOT NEAR(k, 2) col:umn ^up pre* \ %s {} ; DROP TABLE`,
	"repeated":  "no no no way",
	"mixed":     "the дом house",
	"hebrew":    "שלום עולם",
	"chinese":   "你好 世界",
	"march":     "3月に行く",
	"this year": "今年3月、行きます",
	"may":       "5月に行く",
	"none":      "... — !? 🎈",
	"empty":     "",
}

// searchQueries are queries and the names of what they find.
var searchQueries = map[string][]string{
	`обедать`:                   {"dine", "to dine"},
	`обедаем в`:                 {"dine"},
	`ОБЕДАЕТ`:                   {"dine", "to dine"},
	`обедать -всегда`:           {"to dine"},
	`"в 12"`:                    {"dine"},
	`12:30`:                     {"dine"},
	`"12 30 как всегда"`:        {"dine"},
	`"30 12"`:                   nil,
	`foxes`:                     {"fox", "foxes"},
	`FOX`:                       {"fox", "foxes"},
	`dog fox`:                   {"fox", "foxes"},
	`"brown fox"`:               {"fox"},
	`"brown foxes jumping"`:     {"fox"},
	`"fox brown"`:               nil,
	`"quick fox"`:               nil,
	`“lazy dogs”`:               {"fox"},
	`«ёлки палки»`:              {"firs"},
	`fox -quick`:                {"foxes"},
	`fox -"brown fox"`:          {"foxes"},
	`fox -"fox brown"`:          {"fox", "foxes"},
	`fox -run -quick`:           nil,
	`the`:                       {"fox", "mixed"},
	`елка`:                      {"fir", "firs"},
	`ЁЛКИ`:                      {"fir", "firs"},
	`ёлочка`:                    {"parts"},
	`foo-bar`:                   {"foo, bar", "foo-bar"},
	`bar foo`:                   {"foo, bar", "foo-bar"},
	`"foo bar"`:                 {"foo-bar"},
	`"foo-bar"`:                 {"foo-bar"},
	`foo -foo-bar`:              {"foo, bar"},
	`foo - bar`:                 {"foo, bar", "foo-bar"},
	`foo -bar`:                  nil,
	`v1.2`:                      {"version", "versions"},
	`"v1.2"`:                    {"version"},
	`v1`:                        {"version", "versions"},
	`alice.smith@example.com`:   {"mail"},
	`"alice.smith@example.com"`: nil,
	`alice.smith`:               {"mail"},
	`"smith news example"`:      {"mail"},
	`example.com`:               {"mail"},
	`"alice smith" -news`:       nil,
	`555 123`:                   {"number"},
	`"555 123 45 67"`:           {"number"},
	`party`:                     {"emoji"},
	`🎉 party`:                   {"emoji"},
	`🎉`:                         nil,
	`and`:                       {"foo, bar", "operators"},
	`or`:                        {"versions"},
	`foo AND bar`:               {"foo, bar"},
	`foo OR bar`:                nil,
	`foo NOT bar`:               nil,
	`foo | bar`:                 {"foo, bar", "foo-bar"},
	`foo & !bar`:                {"foo, bar", "foo-bar"},
	`foo <-> bar`:               {"foo, bar", "foo-bar"},
	`fo*`:                       nil,
	`pre:*`:                     {"operators"},
	`words:foo`:                 nil,
	`{words}:foo`:               nil,
	`^see`:                      {"foo-bar"},
	`NEAR(foo bar)`:             nil,
	`near(k, 2)`:                {"operators"},
	`"col umn up pre"`:          {"operators"},
	`x y z q w`:                 {"operators"},
	`"x y z q w and not near"`:  {"operators"},
	`'q'`:                       {"operators"},
	`q"`:                        {"operators"},
	`") OR (x`:                  nil,
	`%s; drop table`:            {"operators"},
	`\`:                         nil,
	`no`:                        {"repeated"},
	`"no no"`:                   {"repeated"},
	`"no no no"`:                {"repeated"},
	`"no no no no"`:             nil,
	`"no no way"`:               {"repeated"},
	`"no way no"`:               nil,
	`way -"no way"`:             nil,
	`way -"way no"`:             {"repeated"},
	`"дома houses"`:             {"mixed"},
	`дома`:                      {"mixed"},
	`שלום`:                      {"hebrew"},
	`"שלום עולם"`:               {"hebrew"},
	`世界`:                        {"chinese"},
	`3月`:                        {"march", "this year"},
	`"3月"`:                      {"march", "this year"},
	`"3月に"`:                     {"march"},
	`"年3月"`:                     {"this year"},
	`"3月 行き"`:                   {"this year"},
	`"3月 5"`:                    nil,
	`行 -3月`:                     {"may"},
	`行 -"3月に"`:                  {"may", "this year"},
	`missing`:                   nil,
	`fox missing`:               nil,
	`"fox missing"`:             nil,
	`fox -missing`:              {"fox", "foxes"},
	`-fox`:                      nil,
	"fox\t\n dog \u00a0 -quick": {"foxes"},
}

func findQueries(t *testing.T, store Searched) {
	user := newMember(t, store)
	names := slices.Sorted(maps.Keys(searchedTexts))
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = searchedTexts[name]
	}
	post(t, store, user, texts...)
	index(t, store, user.AccountID)
	for query, want := range searchQueries {
		t.Run(query, func(t *testing.T) {
			var got []string
			for _, result := range find(t, store, user.AccountID, criteria(query)) {
				got = append(got, names[result.Seq-1])
			}
			slices.Sort(got)
			requireEqual(t, got, want)
		})
	}
}

// findWithoutPosition has texts whose last words have no position in the index: because the text is
// long, or because a word is frequent.
func findWithoutPosition(t *testing.T, store Searched) {
	user := newMember(t, store)
	long := post(t, store, user,
		"alpha beta "+strings.Join(numbered(3, 16382), " ")+" gamma delta epsilon alpha",
		strings.Repeat("often ", 300)+"finish line",
		strings.Repeat("never ", 255)+"once never again never")
	index(t, store, user.AccountID)
	for query, want := range map[string][]messenger.Message{
		`"alpha beta"`: {long[0]}, `"16382 gamma"`: {long[0]}, `delta`: {long[0]}, `epsilon gamma`: {long[0]},
		`"gamma delta"`: nil, `"delta epsilon"`: nil, `"epsilon alpha"`: nil, `gamma -"gamma delta"`: {long[0]},
		`"beta epsilon"`: nil, `"16382 delta"`: nil,
		`"often often"`: {long[1]}, `often finish`: {long[1]}, `"often finish"`: nil, `"finish line"`: {long[1]},
		`"never once never again"`: {long[2]}, `"again never"`: nil, `again never`: {long[2]},
	} {
		t.Run(query, func(t *testing.T) { requireFound(t, store, user.AccountID, criteria(query), want...) })
	}
}

// findLongest has as many words as fit in a query of 1024 characters, and more.
func findLongest(t *testing.T, store Searched) {
	letters := make([]string, 600)
	for i := range letters {
		letters[i] = string(rune('一' + i))
	}
	text := strings.Join(letters, " ")
	user := newMember(t, store)
	sent := post(t, store, user, text, "word")
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria(text), sent[0])
	requireFound(t, store, user.AccountID, criteria(`"`+text+`"`), sent[0])
	requireFound(t, store, user.AccountID, criteria(text+" word"))
	requireFound(t, store, user.AccountID, criteria(`"`+text+` word"`))
	requireFound(t, store, user.AccountID, criteria(`word -"`+text+`"`), sent[1])
	requireFound(t, store, user.AccountID, criteria("word -"+strings.Join(letters, " -")), sent[1])
	requireFound(t, store, user.AccountID, criteria("一 -"+strings.Join(letters[1:], " -")))
}
