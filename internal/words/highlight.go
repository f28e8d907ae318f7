package words

import "slices"

// Highlight is a part of a text that a query found, in code points of the text as
// it is written; End is the first one after it.
type Highlight struct {
	Start, End int
}

const maxHighlights = 100

// Highlights returns the parts of the text that the query found, in order, none
// overlapping another, the first 100 of them: each word that is a phrase of All, and each
// run of words that is a longer one, from its first word to its last one. What overlaps
// or touches is one highlight. It does not ask whether the text matches as a whole.
func (q Query) Highlights(text string) []Highlight {
	if q.Empty() {
		return nil
	}
	mark := newHighlighter(q)
	scan := scanner{text: text}
	for found, ok := scan.next(); ok && !mark.complete(); found, ok = scan.next() {
		mark.word(found)
	}
	made := make([]Highlight, min(len(mark.spans), maxHighlights))
	for i := range made {
		made[i] = mark.spans[i].Highlight
	}
	return made
}

// highlighter takes the words of a text one by one, and gives them the positions that Document gives them.
type highlighter struct {
	*analyser
	// numbers are the query's terms; phrases are its phrases in these numbers,
	// by the number of their last term.
	numbers map[string]int32
	phrases [][][]int32
	longest int

	// order has for each word the number of its term, or positionless when it is none of the
	// query's or positionless; starts has where each begins.
	order  []int32
	starts []int
	counts []int
	spans  []span
}

// span is a highlight and the index of its first word.
type span struct {
	Highlight
	word int
}

func newHighlighter(q Query) *highlighter {
	m := &highlighter{analyser: newAnalyser(), numbers: make(map[string]int32)}
	for _, phrase := range q.All {
		numbered := make([]int32, len(phrase))
		for i, term := range phrase {
			number, ok := m.numbers[term]
			if !ok {
				number = int32(len(m.numbers))
				m.numbers[term] = number
				m.phrases = append(m.phrases, nil)
			}
			numbered[i] = number
		}
		last := numbered[len(numbered)-1]
		m.phrases[last] = append(m.phrases[last], numbered)
		m.longest = max(m.longest, len(phrase))
	}
	m.counts = make([]int, len(m.numbers))
	return m
}

// word adds a highlight for each phrase that ends with the next word.
func (m *highlighter) word(found word) {
	number, ok := m.numbers[string(m.term(found.text))]
	if !ok {
		number = positionless
	}
	at := len(m.order)
	if found.kind == inner {
		if ok && slices.ContainsFunc(m.phrases[number], func(phrase []int32) bool { return len(phrase) == 1 }) {
			m.add(span{Highlight{found.start, found.end}, at})
		}
		return
	}
	m.starts = append(m.starts, found.start)
	if ok && at < maxPosition && m.counts[number] < maxOccurrences {
		m.counts[number]++
		m.order = append(m.order, number)
	} else {
		m.order = append(m.order, positionless)
	}
	if !ok {
		return
	}
	for _, phrase := range m.phrases[number] {
		first := at + 1 - len(phrase)
		if len(phrase) == 1 || m.endsWith(phrase, first) {
			m.add(span{Highlight{m.starts[first], found.end}, first})
		}
	}
}

// endsWith says whether the words so far end with the phrase, which begins at first.
func (m *highlighter) endsWith(phrase []int32, first int) bool {
	if first < 0 {
		return false
	}
	for i, number := range phrase {
		if m.order[first+i] != number {
			return false
		}
	}
	return true
}

// add adds a span that ends no earlier than those before it, as one with those that
// it overlaps or touches.
func (m *highlighter) add(added span) {
	for len(m.spans) > 0 {
		last := m.spans[len(m.spans)-1]
		if last.End < added.Start {
			break
		}
		if last.Start < added.Start {
			added.Start, added.word = last.Start, last.word
		}
		m.spans = m.spans[:len(m.spans)-1]
	}
	m.spans = append(m.spans, added)
}

// complete says that no word to come can change the first maxHighlights: a phrase that
// ends with it begins after them.
func (m *highlighter) complete() bool {
	return len(m.spans) > maxHighlights && len(m.order)-m.spans[maxHighlights].word >= m.longest
}
