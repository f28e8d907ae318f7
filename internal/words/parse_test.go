package words

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParseQuery(t *testing.T) {
	for text, want := range map[string]Query{
		"":                       {},
		" \t":                    {},
		`"" «» - -- -"" -"!" ()`: {},
		"🙂":                      {},
		"Foxes обедать":          {All: []Phrase{{"fox"}, {"обедай"}}},
		"fox foxes FOX":          {All: []Phrase{{"fox"}}},
		`"red fox" fox`:          {All: []Phrase{{"red", "fox"}, {"fox"}}},
		`"fox" fox`:              {All: []Phrase{{"fox"}}},
		`"a a" "a  A"`:           {All: []Phrase{{"a", "a"}}},
		"“a b” „c d“ „e f” «g h»": {All: []Phrase{
			{"a", "b"}, {"c", "d"}, {"e", "f"}, {"g", "h"},
		}},
		`“a "b c" d”`:     {All: []Phrase{{"a", "b", "c", "d"}}},
		`«a b"`:           {All: []Phrase{{"a"}, {"b"}}},
		`"a b`:            {All: []Phrase{{"a"}, {"b"}}},
		`a b"`:            {All: []Phrase{{"a"}, {"b"}}},
		`x"a b"y`:         {All: []Phrase{{"x"}, {"a", "b"}, {"y"}}},
		"a -b":            {All: []Phrase{{"a"}}, None: []Phrase{{"b"}}},
		"-b":              {None: []Phrase{{"b"}}},
		"-b -B":           {None: []Phrase{{"b"}}},
		"a\n-b":           {All: []Phrase{{"a"}}, None: []Phrase{{"b"}}},
		"a -a":            {All: []Phrase{{"a"}}, None: []Phrase{{"a"}}},
		`a -"b c" d`:      {All: []Phrase{{"a"}, {"d"}}, None: []Phrase{{"b", "c"}}},
		`a -«b c»`:        {All: []Phrase{{"a"}}, None: []Phrase{{"b", "c"}}},
		`a -"b c`:         {All: []Phrase{{"a"}, {"b"}, {"c"}}},
		"foo-bar":         {All: []Phrase{{"foo"}, {"bar"}}},
		"-foo-bar x":      {All: []Phrase{{"x"}}, None: []Phrase{{"foo", "bar"}}},
		"-foo,bar.":       {None: []Phrase{{"foo", "bar"}}},
		`-a.b"c d"`:       {All: []Phrase{{"c", "d"}}, None: []Phrase{{"a", "b"}}},
		`-a"b`:            {None: []Phrase{{"a", "b"}}},
		"--foo":           {All: []Phrase{{"foo"}}},
		"- foo":           {All: []Phrase{{"foo"}}},
		"(-foo)":          {All: []Phrase{{"foo"}}},
		`"a b"-c`:         {All: []Phrase{{"a", "b"}, {"c"}}},
		"–foo −bar":       {All: []Phrase{{"foo"}, {"bar"}}},
		"a AND b OR NOT":  {All: []Phrase{{"a"}, {"and"}, {"b"}, {"or"}, {"not"}}},
		"NEAR(a b, 5)":    {All: []Phrase{{"near"}, {"a"}, {"b"}, {"5"}}},
		"a & !b | (c)":    {All: []Phrase{{"a"}, {"b"}, {"c"}}},
		"a:* <-> 'b' \\'": {All: []Phrase{{"a"}, {"b"}}},
		"text:x* ^y {z}":  {All: []Phrase{{"text"}, {"x"}, {"y"}, {"z"}}},
	} {
		got := ParseQuery(text)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
		if got.Empty() != (len(want.All) == 0) {
			t.Errorf("%q is empty: %v", text, got.Empty())
		}
	}
}

func TestMatches(t *testing.T) {
	const text = "The quick brown fox, the lazy dog. Быстрая лиса и ленивый пёс"
	for query, want := range map[string]bool{
		"":                      false,
		"-cat":                  false,
		"fox":                   true,
		"dogs fox":              true,
		"fox cat":               false,
		"fox -cat":              true,
		"fox -dog":              false,
		`"brown foxes"`:         true,
		`"fox brown"`:           false,
		`"quick fox"`:           false,
		`"fox the lazy"`:        true,
		`fox -"brown fox"`:      false,
		`fox -"fox brown"`:      true,
		"fox -brown-fox":        false,
		"лису «ленивые псы»":    false,
		"лису «ленивый пес»":    true,
		"brown-dog":             true,
		`"dog быстрая" -"a the`: false,
	} {
		if got := ParseQuery(query).Matches(Analyse(text)); got != want {
			t.Errorf("%q matches: %v, want %v", query, got, want)
		}
	}
}
