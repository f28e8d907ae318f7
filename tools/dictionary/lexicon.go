package main

import (
	"slices"
	"strings"
)

// word is an entry of a dictionary with its forms, itself the first of them, folded as the analyser folds words.
type word struct {
	text  string
	forms []string
}

// lexicon is the words of a language, and which of them are to have one term although they share no form.
type lexicon struct {
	first, last rune
	words       []*word
	// named has the words by their texts; homonyms have the same.
	named  map[string][]*word
	joined [][2]*word
	// separated and standalone are those of families.
	separated  [][2]string
	standalone map[string]bool
}

func newLexicon(first, last rune, families families) *lexicon {
	made := &lexicon{
		first: first, last: last, named: make(map[string][]*word), separated: families.separated, standalone: make(map[string]bool),
	}
	for _, form := range families.standalone {
		made.standalone[form] = true
	}
	return made
}

// add adds a word with its forms. A word with another character than the language's letters is left out, and so is such
// a form.
func (l *lexicon) add(text string, forms ...string) {
	text = fold(text)
	if !l.spells(text) {
		return
	}
	made := &word{text: text, forms: []string{text}}
	for _, form := range forms {
		if form = fold(form); l.spells(form) && !slices.Contains(made.forms, form) {
			made.forms = append(made.forms, form)
		}
	}
	l.words = append(l.words, made)
	l.named[text] = append(l.named[text], made)
}

// fold is the analyser's, for the letters of both languages.
func fold(text string) string {
	return strings.ReplaceAll(strings.ToLower(text), "ё", "е")
}

func (l *lexicon) spells(text string) bool {
	for _, letter := range text {
		if letter < l.first || letter > l.last {
			return false
		}
	}
	return text != ""
}

// join gives the word and those of this name one term, unless the two are a separated pair.
func (l *lexicon) join(one *word, name string) {
	if slices.Contains(l.separated, [2]string{name, one.text}) || slices.Contains(l.separated, [2]string{one.text, name}) {
		return
	}
	for _, other := range l.named[name] {
		if other != one {
			l.joined = append(l.joined, [2]*word{one, other})
		}
	}
}

// separate takes the first word's forms away from the second word of each separated pair, in the order of the pairs.
func (l *lexicon) separate() {
	for _, pair := range l.separated {
		for _, first := range l.named[pair[0]] {
			for _, second := range l.named[pair[1]] {
				second.forms = slices.DeleteFunc(second.forms, func(form string) bool {
					return form != second.text && slices.Contains(first.forms, form)
				})
			}
		}
	}
}

// classes returns the forms of each class, sorted, by one of them. Words that share a form, or that were joined, are in
// the same class.
func (l *lexicon) classes() map[string][]string {
	l.separate()
	parents := make(map[string]string)
	find := func(form string) string {
		for parents[form] != form {
			parents[form] = parents[parents[form]]
			form = parents[form]
		}
		return form
	}
	unite := func(one, other string) {
		for _, form := range []string{one, other} {
			if _, ok := parents[form]; !ok {
				parents[form] = form
			}
		}
		parents[find(other)] = find(one)
	}
	// anchors has a form of each word, with which its other forms are united.
	anchors := make(map[*word]string)
	for _, word := range l.words {
		for _, form := range word.forms {
			switch anchor, ok := anchors[word]; {
			case l.standalone[form]:
				parents[form] = form
			case !ok:
				anchors[word] = form
				unite(form, form)
			default:
				unite(anchor, form)
			}
		}
	}
	for _, pair := range l.joined {
		one, ok := anchors[pair[0]]
		other, too := anchors[pair[1]]
		if ok && too {
			unite(one, other)
		}
	}
	made := make(map[string][]string)
	for form := range parents {
		root := find(form)
		made[root] = append(made[root], form)
	}
	for root, forms := range made {
		slices.Sort(forms)
		made[root] = forms
	}
	return made
}

// has says whether the form is one of the word's, or a word of its own.
func (l *lexicon) has(one *word, form string) bool {
	return len(l.named[form]) > 0 || slices.Contains(one.forms, form)
}

// joinAny joins a form to the words that consist of the stem and one of the endings, which are separated by spaces. Only
// words with several forms count, or, for an ending with a * before it, only words with a single form.
func (l *lexicon) joinAny(form *word, stem, endings string) {
	for ending := range strings.FieldsSeq(endings) {
		ending, single := strings.CutPrefix(ending, "*")
		for _, other := range l.named[stem+ending] {
			if other != form && (len(other.forms) == 1) == single {
				l.join(form, other.text)
			}
		}
	}
}
