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
	// whole is a word of a script with spaces, a letter alone of a script without, or two adjacent letters of a run
	// of such letters.
	whole kind = iota
	// edge is the first or the last letter of a run. Like a whole word it has a position, so that phrases that enter
	// or leave a run by one letter are found: "3月" in 3月に.
	edge
	// inner is any other letter of a run. It has no position: it is found, but not within phrases.
	inner
)

// scanner goes through the words of a text.
type scanner struct {
	text string
	// at is where to go on, in bytes and in code points.
	at, points int
	run        run
}

// next returns the next word, or false at the end of the text. Bytes that are not
// UTF-8 separate words.
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

// spacedWord takes the word that begins here, of a script with spaces.
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

// afterJoiners returns where the scanner would be after the joiners that come next.
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

// startsWord says whether r is a letter or a digit; all of Unicode's numbers count as digits.
func startsWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return plainRussian(r) || (unicode.IsLetter(r) || unicode.IsNumber(r)) && r != tatweel && !isApostrophe(r)
}

func continuesWord(r rune) bool {
	return startsWord(r) || r >= utf8.RuneSelf && (unicode.IsMark(r) || r == tatweel)
}

// plainRussian tells the letters of most Russian texts without Unicode's tables, which are slower.
func plainRussian(r rune) bool {
	return 'А' <= r && r <= 'я'
}

// isJoiner says whether r is an invisible character that does not end a word: a soft hyphen, or one that joins letters or
// keeps them from joining.
func isJoiner(r rune) bool {
	return r == 0x00AD || r == 0x200C || r == 0x200D || r == 0x2060 || r == 0xFEFF
}

// isApostrophe says whether r is one of the apostrophes, which count as the same. Between Cyrillic letters they are a
// letter; elsewhere they separate words, so that John's is found by John and l'eau by eau.
func isApostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == apostrophe
}
