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
}

// scanner goes through the words of a text.
type scanner struct {
	text string
	// at is where to go on, in bytes and in code points.
	at, points int
}

// next gives the next word, or false at the end of the text. A code unit that is
// no UTF-8 separates words.
func (s *scanner) next() (word, bool) {
	for s.at < len(s.text) {
		r, size := decode(s.text[s.at:])
		if startsWord(r) {
			break
		}
		s.at += size
		s.points++
	}
	if s.at == len(s.text) {
		return word{}, false
	}
	from, start := s.at, s.points
	for s.at < len(s.text) {
		r, size := decode(s.text[s.at:])
		if !continuesWord(r) {
			break
		}
		s.at += size
		s.points++
	}
	return word{s.text[from:s.at], start, s.points}, true
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
	return plainRussian(r) || unicode.IsLetter(r) || unicode.IsNumber(r)
}

func continuesWord(r rune) bool {
	return startsWord(r) || r >= utf8.RuneSelf && unicode.IsMark(r)
}

// plainRussian spares the letters of most Russian texts the look into tables.
func plainRussian(r rune) bool {
	return 'А' <= r && r <= 'я'
}
