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

// lexicon is the words of a language, and which of them are one to a searcher although they share no form.
type lexicon struct {
	first, last rune
	words       []*word
	// named has the words of a text; of homonyms there are several.
	named  map[string][]*word
	joined [][2]*word
	// apart has pairs of words of which a person has said that the first is no form of the second.
	apart [][2]string
	// alone has forms of which a person has said that each is a word by itself.
	alone map[string]bool
}

func newLexicon(first, last rune, said families) *lexicon {
	made := &lexicon{
		first: first, last: last, named: make(map[string][]*word), apart: said.apart, alone: make(map[string]bool),
	}
	for _, form := range said.alone {
		made.alone[form] = true
	}
	return made
}

// add adds a word unless it has another character than a letter of the language in it; so do its forms.
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

// join makes a word and those with a name one, but for those that are apart.
func (l *lexicon) join(one *word, name string) {
	if slices.Contains(l.apart, [2]string{name, one.text}) || slices.Contains(l.apart, [2]string{one.text, name}) {
		return
	}
	for _, other := range l.named[name] {
		if other != one {
			l.joined = append(l.joined, [2]*word{one, other})
		}
	}
}

// separate takes the forms of the words that are apart from others away from those, in the order in which it was said.
func (l *lexicon) separate() {
	for _, pair := range l.apart {
		for _, first := range l.named[pair[0]] {
			for _, second := range l.named[pair[1]] {
				second.forms = slices.DeleteFunc(second.forms, func(form string) bool {
					return form != second.text && slices.Contains(first.forms, form)
				})
			}
		}
	}
}

// classes gives for each form all forms of its class: words that share a form, or that were joined, are in one.
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
	anchors := make(map[*word]string)
	for _, word := range l.words {
		for _, form := range word.forms {
			switch anchor, ok := anchors[word]; {
			case l.alone[form]:
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

// has says whether the word has the form, or there is a word of this name.
func (l *lexicon) has(one *word, form string) bool {
	return len(l.named[form]) > 0 || slices.Contains(one.forms, form)
}

// joinAny joins a form to the words that begin with the stem and end in one of the endings, which stand between spaces.
// The words have several forms, or only one where the ending has a * before it.
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
