package words

import (
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/russian"

	"messenger-api/internal/words/dictionary"
)

// The longest term, without stemMark. What is longer is cut before it is stemmed, since a stemmer may need time by the
// square of a word's length.
const (
	maxTermPoints = 64
	maxTermBytes  = 255
)

// stemMark ends the term of a word that the dictionary lacks, so that it never is the term of one that it has. No
// folded word has this letter in it.
const stemMark = "ё"

// analyser turns words into terms. It is not safe for concurrent use: it holds the stemmer's state, and the last term.
type analyser struct {
	russian, english dictionary.Language
	env              snowballstem.Env
	buf              []byte
}

func newAnalyser() *analyser {
	return &analyser{russian: dictionary.Russian(), english: dictionary.English()}
}

// term is what the word is found by. It is never empty, and never to be analysed again, for a stem may have a stem of
// its own. It is valid until the next call.
func (a *analyser) term(word string) []byte {
	if !a.foldPlain(word) {
		a.buf = append(a.buf[:0], fold(word)...)
	}
	a.buf = a.buf[:cut(a.buf)]
	switch scriptOf(a.buf) {
	case cyrillic:
		a.conflate(a.russian, russian.Stem)
	case latin:
		a.conflate(a.english, english.Stem)
	case other:
	}
	return a.buf
}

// conflate replaces the folded word by the term of all its forms: the dictionary's; or if that lacks the word, the stem
// by the rules of endings; or if these do not apply, since it has other characters than the language's letters, Snowball's.
func (a *analyser) conflate(language dictionary.Language, snowball func(*snowballstem.Env) bool) {
	var ok bool
	if a.buf, ok = language.Term(a.buf); ok {
		return
	}
	if a.buf, ok = language.Stem(a.buf); !ok {
		a.env.SetCurrent(string(a.buf))
		snowball(&a.env)
		if stem := a.env.Current(); stem != "" {
			a.buf = append(a.buf[:0], stem...)
		}
	}
	a.buf = append(a.buf[:cut(a.buf)], stemMark...)
}

// foldPlain folds the words that nearly all are: of ASCII and Russian letters alone, which are in NFC whatever they
// stand beside. It reports false for others.
func (a *analyser) foldPlain(word string) bool {
	a.buf = a.buf[:0]
	for _, r := range word {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			a.buf = append(a.buf, byte(r))
		case plainRussian(r) || r == 'ё' || r == 'Ё' || 'A' <= r && r <= 'Z':
			a.buf = utf8.AppendRune(a.buf, lowerPlain(r))
		default:
			return false
		}
	}
	return true
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

// cut gives how many bytes are kept of a folded word, or of its stem.
func cut(folded []byte) int {
	if len(folded) <= maxTermPoints {
		return len(folded)
	}
	at := 0
	for range maxTermPoints {
		_, size := utf8.DecodeRune(folded[at:])
		if size == 0 || at+size > maxTermBytes {
			break
		}
		at += size
	}
	return at
}

type script int

const (
	other script = iota
	latin
	cyrillic
)

// scriptOf says which language's dictionary a word is looked up in: one Cyrillic letter makes it Russian.
func scriptOf(folded []byte) script {
	found := other
	for at := 0; at < len(folded); {
		r, size := utf8.DecodeRune(folded[at:])
		at += size
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
