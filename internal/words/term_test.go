package words

import (
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// terms gives the term of each word, in the text's order.
func terms(text string) []string {
	var made []string
	found := newAnalyser()
	scan := scanner{text: text}
	for next, ok := scan.next(); ok; next, ok = scan.next() {
		if next.kind != inner {
			made = append(made, string(found.term(next.text)))
		}
	}
	return made
}

// TestForms has the texts that a query of one word finds, and those that it does not.
func TestForms(t *testing.T) {
	for _, test := range []struct {
		query     string
		finds     []string
		findsNone []string
	}{
		{"обедать", []string{"обедаем в", "Обедали.", "обедает", "«обедаю»"}, []string{"обед", "победа"}},
		{"кошка", []string{"кошки", "кошку", "КОШКОЙ", "о кошках"}, []string{"кот", "кошелёк"}},
		{"красивый", []string{"красивая", "красивые", "красивого"}, []string{"краска"}},
		{"сила", []string{"нет сил"}, []string{"силуэт"}},
		{"слово", []string{"много слов", "словами"}, []string{"слой"}},
		{"программа", []string{"из программ"}, []string{"программист"}},
		{"поле", []string{"в полях", "полем"}, []string{"пол", "полы"}},
		{"голова", []string{"пять голов"}, []string{"гол", "голый"}},
		{"foxes", []string{"fox", "Fox", "a FOX!"}, []string{"foxy", "firefox"}},
		{"running", []string{"run", "runs", "Running"}, []string{"rung"}},
		{"connect", []string{"connected", "connecting", "connects"}, []string{"connection", "con"}},
		{"ёлка", []string{"елка", "Ёлки", "ЕЛКУ", "Е\u0308лка"}, []string{"юла"}},
		{"все", []string{"всё", "ВСЁ"}, []string{"весы"}},
		{"и", []string{"мышь и кот"}, []string{"мыши"}},
		{"the", []string{"The end"}, []string{"end"}},
		{"чай", []string{"чаи\u0306", "ЧАИ\u0306"}, []string{"час"}},
		{"café", []string{"cafe\u0301", "CAFÉ"}, []string{"cafe"}},
		{"İzmir", []string{"izmir", "I\u0307zmir", "Izmir"}, []string{"ızmir"}},
		{"İ\u0301", []string{"í", "I\u0307\u0301"}, []string{"i"}},
		{"ΟΔΟΣ", []string{"οδος", "οδοσ", "Οδός οδος"}, []string{"οδός"}},
		{"Å", []string{"\u212B", "å", "A\u030A"}, []string{"a"}},
		{"שלום", []string{"אמר שלום!", "\u200Fשלום\u200F"}, []string{"שלו"}},
		{"سلام", []string{"قال: سلام،"}, []string{"سلا"}},
		{"v1", []string{"v1.2", "V1"}, []string{"v12"}},
		{"2024", []string{"в 2024-м", "12.05.2024"}, []string{"20240", "202"}},
		{"٣", []string{"٣."}, []string{"3"}},
		{"c3po", []string{"C3PO"}, []string{"c3", "po"}},
		{"1", []string{"1\uFE0F\u20E3 пункт", "1)"}, []string{"11"}},
		{"wi", []string{"Wi-Fi", "wi fi"}, []string{"wifi", "wi\u00ADfi"}},
		{"wifi", []string{"wi\u00ADfi", "wi\u200Dfi", "wi\u2060\uFEFFfi"}, []string{"wi\u200Bfi"}},
		{"замок", []string{"за\u0301мок", "замо\u0301к", "ЗА\u0300МКИ"}, nil},
		{"мой", []string{"мои\u0306", "мои\u0301\u0306"}, nil},
		{"ещё", []string{"еще", "е\u0301ще", "ещё\u0308"}, nil},
		{"ѓ", []string{"г\u0301"}, []string{"г"}},
		{"مرحبا", []string{"مَرْحَبًا", "مرحـــبا"}, nil},
		{"שלום", []string{"שָׁלוֹם"}, nil},
		{"نمی\u200Cخواهم", []string{"نمیخواهم"}, nil},
		{"п'ять", []string{"п’ять", "пʼять", "П’ЯТЬ"}, []string{"ять", "п ять"}},
		{"o'brien", []string{"O’Brien", "OʼBrien"}, nil},
		{"john", []string{"John's", "John’s"}, nil},
		{"日本", []string{"日本語", "大日本", "これは日本です", "日\u200D本"}, []string{"日 本", "本日", "日語本"}},
		{"日本語", []string{"日本語だ"}, []string{"日本の語", "本語と日本"}},
		{"月", []string{"3月に行く", "月", "今月は"}, []string{"日"}},
		{"3月", []string{"3月に行く", "2024年3月"}, []string{"3年"}},
		{`"3月"`, []string{"3月に行く", "2024年3月", "3月", "13時、3 月"}, []string{"3年と月", "月3", "3今月"}},
		{`"3月に行"`, []string{"3月に行く", "3月に行"}, []string{"3今月に行く", "3月に、行く"}},
		{`"行くv1の"`, []string{"今行くv1の日", "行くv1の"}, []string{"行くv1 今の", "行v1の"}},
		{`"に z"`, []string{"3月に z", "に Z"}, []string{"月には z", "には z"}},
		{`"日 本"`, []string{"日 本", "今日、本日"}, []string{"日本"}},
		{"行 -3月", []string{"行く", "2月に行く", "行月3"}, []string{"3月に行く", "行く、2024年3月"}},
		{`行 -月`, []string{"行く"}, []string{"今月に行く", "月 行"}},
		{"カード", []string{"クレジットカード"}, []string{"カト"}},
		{"ข้าว", []string{"กินข้าวแล้ว"}, []string{"กิน"}},
		{"ទឹក", []string{"ផឹកទឹកទេ"}, nil},
		{"世界", []string{"你好世界", "世界和平"}, []string{"世间"}},
		{"ລາວ", []string{"ພາສາລາວ"}, nil},
		{"မြန်မာ", []string{"ဒီမြန်မာစာ"}, nil},
		{"яsmith", []string{"ЯSmith"}, []string{"я smith"}},
	} {
		query := ParseQuery(test.query)
		for _, text := range test.finds {
			if !query.Matches(Analyse(text)) {
				t.Errorf("%q does not find %q: %q in %q", test.query, text, query.All, terms(text))
			}
		}
		for _, text := range test.findsNone {
			if query.Matches(Analyse(text)) {
				t.Errorf("%q finds %q: %q in %q", test.query, text, query.All, terms(text))
			}
		}
	}
}

func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"foo-bar v1.2 a@b.c": "foo bar v1ё 2 a b c",
		"don't _x_ a/b":      "don t x a b",
		"🙂👍🏽 ❤️ 🇷🇺 👨‍👩‍👧 ™ € + = ·": "",
		"ok🙂ok":             "ok ok",
		"\u0301a \u0301 e":  "a e",
		"a\x00b\xffc":       "a b c",
		"½ x² Ⅳ":            "½ x²ё ⅳ",
		"":                  "",
		" \t\n":             "",
		"Ёж ЁЖ ёж":          "еж еж еж",
		"日本語 テスト":           "日 日本 本語 語 テ テス スト ト",
		"3月に Z字":            "3 月 月に に z 字",
		"a\u200D👍 -\u00ADb": "a b",
		// The Russian stemmer, for words that are partly Latin: only their end counts.
		"Fооми": "fоомё",
	} {
		if got := strings.Join(terms(text), " "); got != want {
			t.Errorf("%q has the terms %q, want %q", text, got, want)
		}
	}
}

// TestStemsAreNoTerms: the term of a word that the dictionary lacks ends with a mark, which no term of the dictionary has
// (TestForms in tools/dictionary), so that the two never are the same.
func TestStemsAreNoTerms(t *testing.T) {
	for _, text := range []string{"зашардировали", "залогинился", "qwertings", "Fооми", "v1", strings.Repeat("щ", 100)} {
		if got := terms(text)[0]; !strings.HasSuffix(got, stemMark) {
			t.Errorf("%q has the term %q, which may be a word's", text, got)
		}
	}
	for _, text := range []string{"стали", "ёлки", "foxes", "went"} {
		if got := terms(text)[0]; strings.Contains(got, stemMark) {
			t.Errorf("%q has the term %q, as if the dictionary lacked it", text, got)
		}
	}
}

func TestLongWords(t *testing.T) {
	for name, test := range map[string]struct {
		text   string
		points int
	}{
		"64 points":          {strings.Repeat("z", 64), 64},
		"65 points":          {strings.Repeat("z", 65), 64},
		"two bytes a point":  {strings.Repeat("щ", 100), 64},
		"four bytes a point": {strings.Repeat("𝔷", 64), 63},
		"quadratic stemming": {strings.Repeat("ay", 130000), 64},
		"decomposed":         {strings.Repeat("e\u0301", 65), 64},
		"many marks":         {"a" + strings.Repeat("\u0301", 100000), 64},
	} {
		got := terms(test.text)
		if len(got) != 1 || utf8.RuneCountInString(strings.TrimSuffix(got[0], stemMark)) != test.points || len(got[0]) > maxTermBytes+len(stemMark) {
			t.Errorf("%s: %q, want one term of %d points", name, got, test.points)
		}
	}
	// One of them has an ending that its stem would lose.
	long := strings.Repeat("ba", 31) + "bi"
	if !ParseQuery(long + "ngs").Matches(Analyse(long + "x")) {
		t.Error("words that are the same for 64 points have different terms")
	}
}

// TestEveryCharacter looks at each character that can be part of a word: folded it still is
// one word, however it was written, has at most twice the bytes, and is folded for good.
func TestEveryCharacter(t *testing.T) {
	plain := newAnalyser()
	for r := range unicode.MaxRune + 1 {
		text := string(r)
		decomposed := norm.NFD.String(text)
		if first, _ := utf8.DecodeRuneInString(decomposed); startsWord(r) != startsWord(first) {
			t.Errorf("%U starts a word or not, depending on its form", r)
		}
		if !continuesWord(r) {
			continue
		}
		if !startsWord(r) { // a mark
			text, decomposed = "a"+text, "a"+decomposed
		}
		folded := fold(text)
		if again := fold(folded); again != folded {
			t.Errorf("%U folds to %+q, and that to %+q", r, folded, again)
		}
		if got := fold(decomposed); got != folded {
			t.Errorf("%U folds to %+q, decomposed to %+q", r, folded, got)
		}
		if plain.foldPlain(text) && string(plain.buf) != folded {
			t.Errorf("%U folds to %+q, the quick way to %+q", r, folded, plain.buf)
		}
		if len(folded) > 2*len(text) {
			t.Errorf("%U grows to %+q", r, folded)
		}
		scan := scanner{text: folded}
		if found, _ := scan.next(); found.text != folded {
			t.Errorf("%U folds to %+q, which is not one word", r, folded)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	want := Analyse(russianMessage).TSVector()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				if got := Analyse(russianMessage).TSVector(); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	group.Wait()
}
