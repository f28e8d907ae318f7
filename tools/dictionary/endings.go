package main

import "unicode/utf8"

const (
	longestEnding = 6 // in letters
	fewestForms   = 4 // with an ending, for it to be a rule
)

// learnEndings returns for endings of words how many letters to cut off, so that most forms with that ending become the
// stem of their word: what all of its forms begin with. An ending that says the same as a shorter one is left out.
func learnEndings(words []*word) map[string]int {
	counts := make(map[string]map[int]int)
	for _, word := range words {
		if len(word.forms) < 2 {
			continue
		}
		stem := utf8.RuneCountInString(common(word.forms))
		for _, form := range word.forms {
			letters := []rune(form)
			for length := 1; length <= min(longestEnding, len(letters)-1); length++ {
				ending := string(letters[len(letters)-length:])
				if counts[ending] == nil {
					counts[ending] = make(map[int]int)
				}
				counts[ending][len(letters)-stem]++
			}
		}
	}
	learnt := make(map[string]int)
	for ending, cuts := range counts {
		if cut, total := likeliest(cuts); total >= fewestForms {
			learnt[ending] = cut
		}
	}
	for ending, cut := range learnt {
		if shorter, ok := cutOf(learnt, ending, utf8.RuneCountInString(ending)-1); ok && shorter == cut {
			defer delete(learnt, ending)
		}
	}
	return learnt
}

func likeliest(cuts map[int]int) (likeliest, total int) {
	for cut, count := range cuts {
		total += count
		if best := cuts[likeliest]; count > best || count == best && cut < likeliest {
			likeliest = cut
		}
	}
	return likeliest, total
}

// cutOf returns what the longest rule for an end of the text says, of the endings with at most so many letters.
func cutOf(learnt map[string]int, text string, most int) (int, bool) {
	letters := []rune(text)
	for length := min(most, len(letters)); length > 0; length-- {
		if cut, ok := learnt[string(letters[len(letters)-length:])]; ok {
			return cut, true
		}
	}
	return 0, false
}

// common is what all texts begin with.
func common(texts []string) string {
	begin := texts[0]
	for _, text := range texts[1:] {
		same := 0
		for at, letter := range begin {
			if other, size := utf8.DecodeRuneInString(text[min(at, len(text)):]); other != letter || size == 0 {
				break
			}
			same = at + utf8.RuneLen(letter)
		}
		begin = begin[:same]
	}
	return begin
}
