package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// families is what a person has said about words, in data/families.txt.
type families struct {
	joined [][]string
	apart  [][2]string
	// alike has a new word and the one like which it is inflected.
	alike [][2]string
	alone []string
}

func readFamilies(path string) (families, error) {
	var read families
	file, err := os.Open(path)
	if err != nil {
		return read, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		fields := strings.Fields(fold(lines.Text()))
		switch {
		case len(fields) == 0 || strings.HasPrefix(fields[0], "#"):
		case fields[0] == "=" && len(fields) > 2:
			read.joined = append(read.joined, fields[1:])
		case fields[0] == "/" && len(fields) == 3:
			read.apart = append(read.apart, [2]string{fields[1], fields[2]})
		case fields[0] == "!":
			read.alone = append(read.alone, fields[1:]...)
		case fields[0] == "~" && len(fields) == 3:
			read.alike = append(read.alike, [2]string{fields[1], fields[2]})
		default:
			return read, fmt.Errorf("%s:%d: no line of a family", path, number)
		}
	}
	return read, lines.Err()
}

// extend adds what is said of the words of the lexicon's language.
func (f families) extend(made *lexicon) {
	for _, pair := range f.alike {
		for _, model := range made.named[pair[1]] {
			made.add(pair[0], alike(pair[0], model)...)
		}
	}
	for _, family := range f.joined {
		if !made.spells(family[0]) {
			continue
		}
		for _, member := range family {
			if len(made.named[member]) == 0 {
				made.add(member)
			}
			for _, word := range made.named[member] {
				made.join(word, family[0])
			}
		}
	}
}

// alike gives the forms of a text that is inflected as the model is: each ends as the model's, after what the two
// texts do not have in common at their ends.
func alike(text string, model *word) []string {
	old, made := []rune(model.text), []rune(text)
	same := 0
	for same < len(old)-1 && same < len(made)-1 && old[len(old)-1-same] == made[len(made)-1-same] {
		same++
	}
	before, instead := string(old[:len(old)-same]), string(made[:len(made)-same])
	var forms []string
	for _, form := range model.forms {
		if rest, ok := strings.CutPrefix(form, before); ok {
			forms = append(forms, instead+rest)
		}
	}
	return forms
}
