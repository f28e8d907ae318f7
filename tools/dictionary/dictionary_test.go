package main

import (
	"bytes"
	"testing"

	"messenger-api/internal/words/dictionary"
)

// TestForms: in the data that is committed, all forms of a class have one term, and no two classes have the same.
func TestForms(t *testing.T) {
	declared, err := readFamilies("data/families.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name, language := range map[string]struct {
		read func(string, families) (*lexicon, error)
		made dictionary.Language
	}{"russian": {readRussian, dictionary.Russian()}, "english": {readEnglish, dictionary.English()}} {
		t.Run(name, func(t *testing.T) {
			words, err := language.read("data", declared)
			if err != nil {
				t.Fatal(err)
			}
			classes := words.classes()
			classOf := make(map[string]string)
			count := 0
			for class, forms := range classes {
				for _, form := range forms {
					count++
					term, ok := language.made.Term([]byte(form))
					if known, has := classOf[string(term)]; !ok || has && known != class {
						t.Fatalf("%s of the class of %s has the term %s (%v), which is that of %s, too", form, class, term, ok, known)
					}
					if bytes.ContainsRune(term, 'ё') {
						t.Fatalf("the term %s has the letter that marks stems", term)
					}
					classOf[string(term)] = class
				}
			}
			if len(classOf) != len(classes) {
				t.Errorf("%d terms of %d classes", len(classOf), len(classes))
			}
			t.Logf("%d forms of %d words in %d classes", count, len(words.words), len(classes))
		})
	}
}
