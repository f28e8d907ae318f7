package main

import "strings"

// inflections are the flags of English affixes that make another form of the same word: plural, third person, -ed, -ing
// and its plural. So do -er and -est where a word has both; -er alone makes another word.
const inflections = "SDGJ"

// derivations are the flags of affixes that make another word, and the flag of that word's plural, 0 for none.
var derivations = map[rune]rune{'Y': 0, 'P': 0, 'L': 0, 'B': 0, 'V': 0, 'H': 0, 'N': 'X', 'R': 'Z'}

// readEnglish expands the English dictionary.
func readEnglish(folder string, families families) (*lexicon, error) {
	read, err := readSource(folder, "en_US")
	if err != nil {
		return nil, err
	}
	made := newLexicon('a', 'z', families)
	for _, entry := range read.entries {
		addEnglish(made, read, entry.word, entry.flags)
		for _, flag := range entry.flags {
			for _, affix := range read.affixes[flag] {
				if affix.prefix {
					addEnglish(made, read, affix.add+entry.word, entry.flags)
				}
			}
		}
	}
	families.extend(made)
	for _, word := range made.words {
		joinSpellings(made, word)
	}
	return made, nil
}

// addEnglish adds a word with its inflections, and the words that are derived of it.
func addEnglish(made *lexicon, read source, text, flags string) {
	compares := strings.ContainsRune(flags, 'R') && strings.ContainsRune(flags, 'T')
	if len(text) < 3 {
		made.add(text) // what else has so few letters is in the families
		return
	}
	var forms []string
	for _, flag := range flags {
		plural, derives := derivations[flag]
		switch {
		case strings.ContainsRune(inflections, flag), compares && (flag == 'R' || flag == 'T'):
			forms = append(forms, read.forms(text, flag)...)
		case derives:
			var plurals []string
			if strings.ContainsRune(flags, plural) {
				plurals = read.forms(text, plural)
			}
			for _, derived := range read.forms(text, flag) {
				made.add(derived, plurals...)
			}
		}
	}
	if strings.ContainsRune(flags, 'D') && strings.ContainsRune(flags, 'G') && hasSuffix(text, "al", "el", "il", "ol") {
		forms = append(forms, text+"led", text+"ling") // as they are written in Britain
	}
	made.add(text, forms...)
}

// joinSpellings joins to a word those of its forms that the dictionary has as words of their own, since its affixes
// can't make them: stopped, bigger, knives, firemen, heroes, months.
func joinSpellings(made *lexicon, base *word) {
	text := base.text
	if len(text) < 3 {
		return
	}
	last := text[len(text)-1:]
	doubled := text + last
	if last == "c" {
		doubled = text + "k"
	}
	for _, stem := range []string{text, doubled, strings.TrimSuffix(text, "e")} {
		if made.has(base, stem+"ed") && made.has(base, stem+"ing") {
			made.join(base, stem+"ed")
			made.join(base, stem+"ing")
			made.join(base, stem+"ings")
		}
	}
	if strings.HasSuffix(text, "ee") {
		made.join(base, text+"ing")
	}
	if made.has(base, doubled+"er") && made.has(base, doubled+"est") {
		made.join(base, doubled+"er")
		made.join(base, doubled+"est")
	}
	switch {
	case strings.HasSuffix(text, "man"):
		joinPlural(made, base, strings.TrimSuffix(text, "an")+"en")
	case strings.HasSuffix(text, "f"), strings.HasSuffix(text, "fe"):
		joinPlural(made, base, strings.TrimSuffix(strings.TrimSuffix(text, "e"), "f")+"ves")
	case strings.HasSuffix(text, "o"):
		joinPlural(made, base, text+"es")
	}
	if len(text) > 3 && last != "s" {
		joinPlural(made, base, text+"s")
	}
}

// joinPlural joins a plural that has no further forms, or it would be a word of its own.
func joinPlural(made *lexicon, base *word, plural string) {
	for _, word := range made.named[plural] {
		if len(word.forms) > 1 {
			return
		}
	}
	made.join(base, plural)
}
