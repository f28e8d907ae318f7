// Package dictionary knows the forms of Russian and English words: those of hunspell's dictionaries, with the families
// of words in tools/dictionary/data/families.txt, and how the forms of words end that it lacks.
//
// Its data is derived from those dictionaries by tools/dictionary; see NOTICE beside it. It is read where it lies in the
// program, which takes some hundred nanoseconds for a word, and no memory.
package dictionary

//go:generate go run ../../../tools/dictionary ../../../tools/dictionary/data .

import (
	_ "embed" // the data
	"encoding/binary"
	"unicode/utf8"
)

//go:embed russian.bin
var russian string

//go:embed english.bin
var english string

// shortestStem is how many letters of a word are left when its ending is taken away.
const shortestStem = 3

// Language is the words of one language. It is safe for concurrent use.
type Language struct {
	first, last rune // letter of its alphabet
	rules       string
	additions   string
	endings     automaton
	forms       automaton
}

// Russian gives the words of letters from а to я: ё is written as е.
func Russian() Language { return open(russian, 'а', 'я') }

// English gives the words of letters from a to z.
func English() Language { return open(english, 'a', 'z') }

// open finds the parts of a file, as tools/dictionary writes it.
func open(data string, first, last rune) Language {
	const counts = 4
	var sizes [counts]int
	for i := range sizes {
		sizes[i] = int(binary.LittleEndian.Uint32([]byte(data[4*i : 4*i+4])))
	}
	take := func(size int) (part string) {
		part, data = data[:size], data[size:]
		return part
	}
	take(4 * counts)
	return Language{
		first: first, last: last,
		rules: take(4 * sizes[0]), additions: take(sizes[1]),
		endings: automaton(take(4 * sizes[2])), forms: automaton(take(4 * sizes[3])),
	}
}

// Term makes the word, in lower case, in place that by which all its forms are found, and reports true, where the
// dictionary has it. The terms of two classes of words are never the same.
func (l Language) Term(word []byte) ([]byte, bool) {
	node := uint32(0)
	for at := 0; at < len(word); {
		letter, size := decode(word[at:])
		next, ok := l.forms.follow(node, l.label(letter))
		if !ok {
			return word, false
		}
		node = next
		at += size
	}
	number, ok := l.forms.value(node)
	if !ok {
		return word, false
	}
	rule := l.rules[4*number : 4*number+4]
	from := int(rule[2]) | int(rule[3])<<8
	return append(cut(word, int(rule[0])), l.additions[from:from+int(rule[1])]...), true
}

// Stem takes from the word, in lower case, the endings that words of the language which end alike would have, and
// reports false where it is not of letters of the language alone.
func (l Language) Stem(word []byte) ([]byte, bool) {
	letters := 0
	for at := 0; at < len(word); letters++ {
		letter, size := decode(word[at:])
		if l.label(letter) == 0 {
			return word, false
		}
		at += size
	}
	for {
		taken := min(l.ending(word), letters-shortestStem)
		if taken <= 0 {
			return word, true
		}
		word = cut(word, taken)
		letters -= taken
	}
}

// ending gives the number of letters that the longest known ending of the word says.
func (l Language) ending(word []byte) int {
	letters := uint32(0)
	node := uint32(0)
	for len(word) > 0 {
		letter, size := utf8.DecodeLastRune(word)
		next, ok := l.endings.follow(node, l.label(letter))
		if !ok {
			break
		}
		node = next
		word = word[:len(word)-size]
		if value, ok := l.endings.value(node); ok {
			letters = value
		}
	}
	return int(letters)
}

// label numbers the letters from 1; it is 0 for others.
func (l Language) label(letter rune) uint32 {
	if letter < l.first || letter > l.last {
		return 0
	}
	return uint32(letter-l.first) + 1
}

func decode(word []byte) (rune, int) {
	if word[0] < utf8.RuneSelf {
		return rune(word[0]), 1
	}
	return utf8.DecodeRune(word)
}

// cut takes the last letters away.
func cut(word []byte, letters int) []byte {
	for ; letters > 0; letters-- {
		_, size := utf8.DecodeLastRune(word)
		word = word[:len(word)-size]
	}
	return word
}

// Data is all that the languages are made of.
func Data() string { return russian + english }
