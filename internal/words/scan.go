package words

import (
	"unicode"
	"unicode/utf8"
)

// word is one word of a text, as it is written there. Start and end are counted
// in code points of the text; end is the first one after the word.
type word struct {
	text       string
	start, end int
	kind       kind
}

type kind int

const (
	_ kind = iota // a word of a script with spaces
	// single is a letter of a script without spaces that stands alone, and bigram two adjacent letters of a longer
	// run. They have positions, as words have.
	single
	bigram
	// unigram is a letter of such a run. It has no position: it is found, but not within phrases.
	unigram
)

// scanner goes through the words of a text.
type scanner struct {
	text string
	// at is where to go on, in bytes and in code points.
	at, points int
	run        run
}

// next gives the next word, or false at the end of the text. A code unit that is
// no UTF-8 separates words.
func (s *scanner) next() (word, bool) {
	if found, ok := s.nextInRun(); ok {
		return found, true
	}
	var first rune
	for s.at < len(s.text) {
		r, size := decode(s.text[s.at:])
		if startsWord(r) {
			first = r
			break
		}
		s.at += size
		s.points++
	}
	if s.at == len(s.text) {
		return word{}, false
	}
	if unspaced(first) {
		return s.beginRun(), true
	}
	return s.spacedWord(), true
}

// spaced takes the word that begins here.
func (s *scanner) spacedWord() word {
	from, start := s.at, s.points
	isCyrillic := false // the last letter
	for s.at < len(s.text) {
		r, size := decode(s.text[s.at:])
		switch {
		case plainRussian(r):
			isCyrillic = true
		case r < utf8.RuneSelf && startsWord(r):
			isCyrillic = false
		case isJoiner(r):
			at, points := s.afterJoiners()
			if at == len(s.text) || !continuesAfterJoiner(s.text[at:]) {
				return word{text: s.text[from:s.at], start: start, end: s.points}
			}
			s.at, s.points = at, points
			continue
		case isApostrophe(r):
			if !isCyrillic || !beginsCyrillic(s.text[s.at+size:]) {
				return word{text: s.text[from:s.at], start: start, end: s.points}
			}
		case !continuesWord(r) || unspaced(r):
			return word{text: s.text[from:s.at], start: start, end: s.points}
		case !unicode.IsMark(r):
			isCyrillic = unicode.Is(unicode.Cyrillic, r)
		}
		s.at += size
		s.points++
	}
	return word{text: s.text[from:s.at], start: start, end: s.points}
}

// afterJoiners gives the place after all joiners that stand here.
func (s *scanner) afterJoiners() (at, points int) {
	at, points = s.at, s.points
	for at < len(s.text) {
		r, size := decode(s.text[at:])
		if !isJoiner(r) {
			break
		}
		at += size
		points++
	}
	return at, points
}

func continuesAfterJoiner(text string) bool {
	r, _ := decode(text)
	return continuesWord(r) && !unspaced(r)
}

func beginsCyrillic(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.Is(unicode.Cyrillic, r) && unicode.IsLetter(r)
}

func decode(text string) (rune, int) {
	if text[0] < utf8.RuneSelf {
		return rune(text[0]), 1
	}
	return utf8.DecodeRuneInString(text)
}

// startsWord tells letters and digits; all of Unicode's numbers count as digits.
func startsWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return plainRussian(r) || (unicode.IsLetter(r) || unicode.IsNumber(r)) && r != tatweel && !isApostrophe(r)
}

func continuesWord(r rune) bool {
	return startsWord(r) || r >= utf8.RuneSelf && (unicode.IsMark(r) || r == tatweel)
}

// plainRussian spares the letters of most Russian texts the look into tables.
func plainRussian(r rune) bool {
	return 'А' <= r && r <= 'я'
}

// isJoiner tells the invisible characters that don't end a word: the soft hyphen and what joins letters, or forbids it.
func isJoiner(r rune) bool {
	return r == 0x00AD || r == 0x200C || r == 0x200D || r == 0x2060 || r == 0xFEFF
}

// isApostrophe tells the signs that are one. Between Cyrillic letters they are a letter, elsewhere they separate words:
// so is John's found by John, and l'eau by eau.
func isApostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == apostrophe
}
