package words

import "unicode"

// unspacedScripts are written without spaces between words. What is searched for there is any part of a run of letters.
var unspacedScripts = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// unspaced says whether r is a letter of those scripts, or the sign that lengthens a sound in the Japanese ones.
func unspaced(r rune) bool {
	const firstOfThai = 0x0E00 // is the first of them all
	switch {
	case r < firstOfThai:
		return false
	case r == 'ー' || r == 'ｰ':
		return true
	}
	return unicode.IsLetter(r) && unicode.In(r, unspacedScripts...)
}

// CountUnspaced counts the letters of a text that are of scripts without spaces between words, where a word may have
// two letters.
func CountUnspaced(text string) (letters int) {
	for _, r := range text {
		if unspaced(r) {
			letters++
		}
	}
	return letters
}

// letter is one letter of a run of such, with its marks.
type letter struct {
	from, to   int // in bytes
	start, end int // in code points
}

// run is the state of a scanner within a run of such letters.
type run struct {
	last letter
	// pending says that last is still to be returned as a word.
	pending bool
	// open says that the run may go on.
	open bool
}

// beginRun takes the first letter of a run. A letter alone is a word.
func (s *scanner) beginRun() word {
	s.run = run{last: s.letter(), open: true, pending: true}
	if !s.atUnspaced() {
		s.run = run{last: s.run.last}
		return s.between(s.run.last, s.run.last, whole)
	}
	s.run.pending = false
	return s.between(s.run.last, s.run.last, edge)
}

// nextInRun gives the next word of the run: each letter, and before it each two adjacent ones that it ends.
func (s *scanner) nextInRun() (word, bool) {
	if s.run.pending {
		s.run.pending = false
		if s.run.open = s.atUnspaced(); !s.run.open {
			return s.between(s.run.last, s.run.last, edge), true
		}
		return s.between(s.run.last, s.run.last, inner), true
	}
	if !s.run.open {
		return word{}, false
	}
	before := s.run.last
	s.run.last, s.run.pending = s.letter(), true
	return s.between(before, s.run.last, whole), true
}

func (s *scanner) between(first, last letter, kind kind) word {
	return word{text: s.text[first.from:last.to], start: first.start, end: last.end, kind: kind}
}

func (s *scanner) atUnspaced() bool {
	at, _ := s.afterJoiners()
	if at == len(s.text) {
		return false
	}
	r, _ := decode(s.text[at:])
	return unspaced(r)
}

// letter takes the next letter with its marks.
func (s *scanner) letter() letter {
	s.at, s.points = s.afterJoiners()
	found := letter{from: s.at, start: s.points}
	for first := true; s.at < len(s.text); first = false {
		r, size := decode(s.text[s.at:])
		if !first && !unicode.IsMark(r) {
			break
		}
		s.at += size
		s.points++
	}
	found.to, found.end = s.at, s.points
	return found
}
