package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/russian"
	"golang.org/x/text/unicode/norm"
)

// The longest term. What is longer is cut before it is stemmed, since a stemmer
// may need time by the square of a word's length.
const (
	maxTermPoints = 64
	maxTermBytes  = 255
)

// analyser turns words into terms. Its zero value is ready. It is not safe for
// concurrent use: it holds the stemmer's state.
type analyser struct {
	env snowballstem.Env
	buf []byte
}

// term is what the word is found by. It is never empty, and never to be analysed
// again, for a stem may have a stem of its own.
func (a *analyser) term(word string) string {
	folded, ok := a.foldPlain(word)
	if !ok {
		folded = fold(word)
	}
	folded = cut(folded)
	stem := folded
	switch scriptOf(folded) {
	case cyrillic:
		a.env.SetCurrent(folded)
		russian.Stem(&a.env)
		stem = a.env.Current()
	case latin:
		a.env.SetCurrent(folded)
		english.Stem(&a.env)
		stem = a.env.Current()
	case other:
	}
	if stem == "" {
		return folded
	}
	return cut(stem)
}

// foldPlain is fold for the words that nearly all are: of ASCII and Russian
// letters alone, which are in NFC whatever they stand beside. It gives false for
// others.
func (a *analyser) foldPlain(word string) (string, bool) {
	changes := false
	for _, r := range word {
		if !startsWord(r) || r >= utf8.RuneSelf && !plainRussian(r) && r != 'ё' && r != 'Ё' {
			return "", false
		}
		changes = changes || lowerPlain(r) != r
	}
	if !changes {
		return word, true
	}
	a.buf = a.buf[:0]
	for _, r := range word {
		a.buf = utf8.AppendRune(a.buf, lowerPlain(r))
	}
	return string(a.buf), true
}

// lowerPlain is foldPoint for the letters of foldPlain.
func lowerPlain(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case 'А' <= r && r <= 'Я':
		return r + 'а' - 'А'
	case r == 'ё' || r == 'Ё':
		return 'е'
	}
	return r
}

// fold gives all spellings of a word that count as the same one form, in NFC.
// Lower case comes after a first NFC, so that a letter written in parts is
// lowered as a whole, and can itself undo NFC.
func fold(word string) string {
	word = norm.NFC.String(strings.Map(dropSelector, word))
	lower := strings.Map(foldPoint, word)
	if lower == word {
		return word
	}
	return norm.NFC.String(lower)
}

// dropSelector drops what only chooses the look of the character before it: the
// variation selectors, and the key around a digit's emoji.
func dropSelector(r rune) rune {
	if 0xFE00 <= r && r <= 0xFE0F || 0xE0100 <= r && r <= 0xE01EF || r == 0x20E3 {
		return -1
	}
	return r
}

func foldPoint(r rune) rune {
	switch r = unicode.ToLower(r); r {
	case 'ё':
		return 'е'
	case 'ς': // the sigma at a word's end, which has the same upper case
		return 'σ'
	}
	return r
}

// cut gives the beginning of a folded word, or of its stem, that is kept.
func cut(folded string) string {
	if len(folded) <= maxTermPoints {
		return folded
	}
	points := 0
	for at, r := range folded {
		if points == maxTermPoints || at+utf8.RuneLen(r) > maxTermBytes {
			return folded[:at]
		}
		points++
	}
	return folded
}

type script int

const (
	other script = iota
	latin
	cyrillic
)

// scriptOf tells which stemmer a word is for: one Cyrillic letter makes it Russian.
func scriptOf(folded string) script {
	found := other
	for _, r := range folded {
		switch {
		case 'a' <= r && r <= 'z':
			found = latin
		case r < utf8.RuneSelf:
		case plainRussian(r):
			return cyrillic
		case !unicode.IsLetter(r):
		case unicode.Is(unicode.Cyrillic, r):
			return cyrillic
		case unicode.Is(unicode.Latin, r):
			found = latin
		}
	}
	return found
}
