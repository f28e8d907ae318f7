package main

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf8"
)

// rule turns a form into its class's term: it cuts letters off the end and appends others.
type rule struct {
	cut int
	add string
}

// encode gives the file that internal/words/dictionary reads: four counts (rules, bytes of their additions, edges of the
// endings, edges of the forms), the rules, the additions, and the two automata. All numbers are little endian.
func encode(words *lexicon, endings map[string]int) ([]byte, error) {
	rules := make(map[string]rule)
	used := make(map[rule]int)
	for _, forms := range words.classes() {
		term := termOf(forms)
		for _, form := range forms {
			rules[form] = ruleOf(form, term)
			used[rules[form]]++
		}
	}
	table := make([]rule, 0, len(used))
	for rule := range used {
		table = append(table, rule)
	}
	slices.SortFunc(table, func(x, y rule) int {
		return cmp.Or(cmp.Compare(used[y], used[x]), cmp.Compare(x.cut, y.cut), cmp.Compare(x.add, y.add))
	})
	numbers := make(map[rule]int, len(table))
	var packedRules []byte
	var additions []byte
	for i, rule := range table {
		numbers[rule] = i
		if rule.cut > 255 || len(additions) > 1<<16-1 {
			return nil, fmt.Errorf("the rule %v is out of range", rule)
		}
		packedRules = append(packedRules, byte(rule.cut), byte(len(rule.add)))
		packedRules = binary.LittleEndian.AppendUint16(packedRules, uint16(len(additions)))
		additions = append(additions, rule.add...)
	}
	values := make(map[string]int, len(rules))
	for form, rule := range rules {
		values[words.labels(form)] = numbers[rule]
	}
	backwards := make(map[string]int, len(endings))
	for ending, cut := range endings {
		labels := []byte(words.labels(ending))
		slices.Reverse(labels)
		backwards[string(labels)] = cut
	}
	forward, backward := build(values), build(backwards)
	var made []byte
	for _, count := range []int{len(table), len(additions), len(backward) / 4, len(forward) / 4} {
		made = binary.LittleEndian.AppendUint32(made, uint32(count))
	}
	return slices.Concat(made, packedRules, additions, backward, forward), nil
}

// termOf returns the term of a class: the first one of its shortest forms.
func termOf(forms []string) string {
	return slices.MinFunc(forms, func(x, y string) int {
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
	})
}

func ruleOf(form, term string) rule {
	same := common([]string{form, term})
	return rule{utf8.RuneCountInString(form[len(same):]), term[len(same):]}
}

// labels numbers the letters of a text from 1.
func (l *lexicon) labels(text string) string {
	var made []byte
	for _, letter := range text {
		made = append(made, byte(letter-l.first+1))
	}
	return string(made)
}
