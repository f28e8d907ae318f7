package words

import "slices"

// Phrase is terms that stand side by side in this order; a single word is a phrase
// of one term. A term may come more than once.
type Phrase []string

// Query is what to look for: the texts in which all phrases of All are found and
// none of None. Neither holds a phrase twice. ParseQuery makes it.
type Query struct {
	All  []Phrase
	None []Phrase
}

// Empty says that there is no word to find; such a query finds nothing, not even
// what None leaves.
func (q Query) Empty() bool {
	return len(q.All) == 0
}

// Matches is what the query means: each index must find the documents for which it
// is true, and no others.
func (q Query) Matches(d Document) bool {
	if q.Empty() {
		return false
	}
	indexes := make(map[string]int32, len(d.Terms))
	for i, term := range d.Terms {
		indexes[term.Text] = int32(i)
	}
	for _, phrase := range q.All {
		if !d.contains(phrase, indexes) {
			return false
		}
	}
	for _, phrase := range q.None {
		if d.contains(phrase, indexes) {
			return false
		}
	}
	return true
}

// contains says whether the phrase is in the document; indexes has the index in Terms of each term.
func (d Document) contains(phrase Phrase, indexes map[string]int32) bool {
	wanted := make([]int32, len(phrase))
	for i, term := range phrase {
		at, ok := indexes[term]
		if !ok {
			return false
		}
		wanted[i] = at
	}
	if len(wanted) == 1 {
		return true
	}
	for _, position := range d.Terms[wanted[0]].Positions {
		from := int(position) - 1
		to := from + len(wanted)
		if to <= len(d.order) && slices.Equal(d.order[from:to], wanted) {
			return true
		}
	}
	return false
}
