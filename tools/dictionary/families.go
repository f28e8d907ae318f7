package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// families are the lines of data/families.txt, by their kinds.
type families struct {
	// joined are words that are to have one term.
	joined [][]string
	// separated are pairs of words that are to have two: the first is no form of the second.
	separated [][2]string
	// inflected are pairs of a word that the dictionary lacks and one that is inflected in the same way.
	inflected [][2]string
	// standalone are forms that are to have a term of their own each.
	standalone []string
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
			read.separated = append(read.separated, [2]string{fields[1], fields[2]})
		case fields[0] == "!":
			read.standalone = append(read.standalone, fields[1:]...)
		case fields[0] == "~" && len(fields) == 3:
			read.inflected = append(read.inflected, [2]string{fields[1], fields[2]})
		default:
			return read, fmt.Errorf("%s:%d: no line of a family", path, number)
		}
	}
	return read, lines.Err()
}

// extend adds to the lexicon the new words of its language, and joins the families.
func (f families) extend(made *lexicon) {
	for _, pair := range f.inflected {
		for _, model := range made.named[pair[1]] {
			made.add(pair[0], inflectLike(pair[0], model)...)
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

// inflectLike gives the forms of a word that is inflected as the model is. Both texts end alike; in each form of the
// model what comes before that end is replaced by what comes before it in the text.
func inflectLike(text string, model *word) []string {
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
