package words

import (
	"cmp"
	"slices"
)

// Prefilter gives a query with at most so many terms in All, and as many in None, which
// finds all that q finds, and perhaps more. It keeps the longest phrases, or the
// beginnings of them, for these are likely to be the rarest. exact says that it is q.
func (q Query) Prefilter(terms int) (outline Query, exact bool) {
	if count(q.All) <= terms && count(q.None) <= terms {
		return q, true
	}
	all := slices.Clone(q.All)
	slices.SortStableFunc(all, func(a, b Phrase) int { return cmp.Compare(b.length(), a.length()) })
	for left := terms; left > 0 && len(outline.All) < len(all); {
		phrase := all[len(outline.All)]
		phrase = phrase[:min(left, len(phrase))]
		outline.All = append(outline.All, phrase)
		left -= len(phrase)
	}
	left := terms
	for _, phrase := range q.None {
		// The beginning of a phrase would exclude too much.
		if len(phrase) <= left {
			outline.None = append(outline.None, phrase)
			left -= len(phrase)
		}
	}
	return outline, false
}

func count(phrases []Phrase) (terms int) {
	for _, phrase := range phrases {
		terms += len(phrase)
	}
	return terms
}

// length is that of all terms together, in bytes.
func (p Phrase) length() (bytes int) {
	for _, term := range p {
		bytes += len(term)
	}
	return bytes
}
