// Package words is the one analyser that every full-text index and every query
// goes through, so that all databases find the same.
//
// A word is a run of letters, digits and combining marks that starts with a letter or a digit; all else separates
// words: foo-bar, v1.2 and a@b.c are several. A word is found by its term, which all its forms have in common.
//
// To get a word's term, it is folded: written in NFC and lower case, Ё as Е, without stress marks, variation selectors,
// joiners and the vowel signs of Arabic and Hebrew, and cut to 64 code points and 255 bytes. A word with a Cyrillic
// letter is then looked up in the Russian dictionary, one with a Latin letter in the English one. If the dictionary
// lacks it, the endings that the dictionary's rules know are cut off; if it has other characters than that
// language's letters, Snowball's stemmer does so. Such a stem never equals the term of a word that the dictionary has.
// There are no stop words. An apostrophe is a letter between Cyrillic ones. In scripts without spaces each two adjacent letters are a word, and so is each letter; of the
// letters of a longer run only the first and the last have a position.
//
// The functions are safe for concurrent use, and so are the values they return
// while nobody changes them.
package words

import "strings"

const (
	// maxPosition and maxOccurrences are what PostgreSQL's tsvector can hold.
	maxPosition    = 16383
	maxOccurrences = 256
	// maxBytes is what a tsvector can hold in all, less the room for one more lexeme, the message's author.
	maxBytes = 1<<20 - 1 - 64
	// termBytes is what a term takes beside its own bytes: an index may put a prefix of up to 16 bytes before it, and
	// positions are counted and aligned. positionBytes is what each position takes.
	termBytes     = 16 + 3
	positionBytes = 2
	// positionless stands in Document.order for an occurrence without a position.
	positionless = -1
)

// Term is one of the terms of a text. Positions are the numbers of its words,
// ascending, the text's first word being number 1; there are none when all its
// occurrences are positionless.
type Term struct {
	Text      string
	Positions []int32
}

// Document is a text as an index sees it: its different terms in the order of their
// first occurrence. An occurrence beyond the text's 16383rd word, or beyond the
// 256th of its term, or that is a letter within a run of a script without spaces, is positionless: its term is found, but no phrase is.
//
// A document fits into a tsvector with the prefix that an index puts before each term. So the last words of a text may be
// left out, but only if it has more than about 150 KB, nearly all of it different words.
type Document struct {
	Terms []Term
	// order is the index in Terms of each word up to maxPosition, or positionless.
	order []int32
}

// Analyse finds the terms of the text.
func Analyse(text string) Document {
	var (
		made   Document
		counts []int32
		placed int32
		// kept has the terms' texts, one after the other.
		kept strings.Builder
	)
	found := newAnalyser()
	// An estimate that suits messages, so that little has to grow.
	words := min(len(text)/8+1, maxPosition)
	made.order = make([]int32, 0, words)
	made.Terms = make([]Term, 0, words)
	counts = make([]int32, 0, words)
	kept.Grow(min(len(text), maxPosition))
	known := index{}
	scan := scanner{text: text}
	number, size := 0, 0
	for next, ok := scan.next(); ok; next, ok = scan.next() {
		term := found.term(next.text)
		at, isNew := known.add(made.Terms, term)
		if isNew {
			if size += len(term) + termBytes; size > maxBytes {
				break
			}
			made.Terms = append(made.Terms, Term{Text: appendTerm(&kept, term)})
			counts = append(counts, 0)
		}
		if next.kind == inner {
			continue
		}
		number++
		switch {
		case number > maxPosition:
		case counts[at] == maxOccurrences:
			made.order = append(made.order, positionless)
		default:
			made.order = append(made.order, at)
			counts[at]++
			placed++
			size += positionBytes
		}
	}
	made.assignPositions(counts, placed)
	return made
}

// appendTerm adds the term to kept. The string stays valid when more is added.
func appendTerm(kept *strings.Builder, term []byte) string {
	from := kept.Len()
	kept.Write(term)
	return kept.String()[from:]
}

// assignPositions gives each term its positions, all in one array; counts has how many
// each has, placed how many all have.
func (d *Document) assignPositions(counts []int32, placed int32) {
	all := make([]int32, placed)
	for i, count := range counts {
		if count > 0 {
			d.Terms[i].Positions, all = all[:0:count], all[count:]
		}
	}
	for i, at := range d.order {
		if at != positionless {
			d.Terms[at].Positions = append(d.Terms[at].Positions, int32(i+1))
		}
	}
}

// index finds a term among the terms. While these are few it compares with one after the other, which for ordinary
// messages is faster than a map.
type index struct {
	numbers map[string]int32
}

const fewTerms = 48

// add returns the term's index in terms, or len(terms) if it is new, and whether it is new.
func (x *index) add(terms []Term, term []byte) (int32, bool) {
	next := int32(len(terms))
	if next < fewTerms {
		for i := range terms {
			if terms[i].Text == string(term) {
				return int32(i), false
			}
		}
		return next, true
	}
	if x.numbers == nil {
		x.numbers = make(map[string]int32, 2*fewTerms)
		for i := range terms {
			x.numbers[terms[i].Text] = int32(i)
		}
	}
	if at, ok := x.numbers[string(term)]; ok {
		return at, false
	}
	x.numbers[string(term)] = next
	return next, true
}
