package main

import (
	"slices"
	"strings"
)

// readRussian expands the Russian dictionary: each of its words with the forms that its affixes make.
func readRussian(folder string, families families) (*lexicon, error) {
	read, err := readSource(folder, "ru_RU")
	if err != nil {
		return nil, err
	}
	made := newLexicon('а', 'я', families)
	for _, entry := range read.entries {
		var forms []string
		text := strings.ToLower(entry.word)
		for _, flag := range entry.flags {
			forms = append(forms, read.forms(text, flag)...)
		}
		made.add(text, append(forms, leftOut(entry.word, text, forms)...)...)
	}
	families.extend(made)
	for _, word := range made.words {
		if len(word.forms) == 1 {
			joinListedForm(made, word)
		}
		if len(word.forms) <= 4 {
			joinPast(made, word)
		}
		switch text, reflexive := withoutReflexive(word.text); {
		case hasSuffix(text, "йти"):
			made.joinAny(word, trim(text, 3), "*шел *шла *шло *шли шедший шел шла шли *йди *йдите йди")
			fallthrough
		case hasSuffix(text, "ть", "ти", "чь"):
			joinParticiples(made, word, text, reflexive)
		case hasSuffix(text, "ый", "ий", "ой"):
			made.join(word, trim(text, 2)+"ейший")
		}
	}
	return made, nil
}

// leftOut gives forms that the affixes leave out of most words: встречей, встреч, гаражом, Кузнецовым.
func leftOut(written, text string, forms []string) []string {
	if len(forms) == 0 {
		return nil
	}
	feminine, ok := strings.CutSuffix(text, "а")
	switch {
	case ok && hasSuffix(feminine, "ж", "ш", "ч", "щ"):
		return []string{feminine, feminine + "ей"}
	case ok && hasSuffix(feminine, "ц"):
		return []string{feminine + "ей"}
	case hasSuffix(text, "ж", "ш", "ч", "щ") && slices.Contains(forms, text+"у"):
		return []string{text + "ем", text + "ом"}
	case written != text && hasSuffix(text, "ов", "ев", "ёв", "ин") && slices.Contains(forms, text+"у"):
		return []string{text + "ым", text + "ой", text + "ую", text + "ых", text + "ыми"}
	}
	return nil
}

// joinParticiples joins a verb's participles to it, which the dictionary has as adjectives of their own.
func joinParticiples(made *lexicon, verb *word, infinitive string, reflexive bool) {
	names := []string{}
	if !reflexive {
		names = passive(infinitive)
	}
	for _, form := range verb.forms {
		form, ok := withoutReflexive(form)
		if ok != reflexive {
			continue
		}
		switch {
		case hasSuffix(form, "л"):
			names = append(names, trim(form, 1)+"вший")
		case hasSuffix(form, "ут", "ют", "ат", "ят"):
			names = append(names, trim(form, 1)+"щий")
		case hasSuffix(form, "ем", "им", "ом"):
			names = append(names, form+"ый")
		case hasSuffix(form, "ет"):
			names = append(names, trim(form, 1)+"нный")
		case hasSuffix(form, "у", "ю"):
			names = append(names, trim(form, 1)+"енный")
		}
		names = append(names, form+"ший", form+"тый")
	}
	for _, name := range names {
		if reflexive {
			name += "ся"
		}
		made.join(verb, name)
		addShort(made, name)
	}
}

// addShort adds the short forms of a passive participle, which the dictionary has of some: открыт, сделано.
func addShort(made *lexicon, name string) {
	stem, ok := strings.CutSuffix(name, "тый")
	stem += "т"
	if !ok {
		if stem, ok = strings.CutSuffix(name, "нный"); !ok {
			return
		}
		stem += "н"
	}
	for _, participle := range made.named[name] {
		for _, ending := range []string{"", "а", "о", "ы"} {
			if form := stem + ending; !slices.Contains(participle.forms, form) {
				participle.forms = append(participle.forms, form)
			}
		}
	}
}

// passive gives what the past passive participle of an infinitive may be.
func passive(infinitive string) []string {
	stem := trim(infinitive, 2)
	switch {
	case hasSuffix(infinitive, "ать", "ять", "еть"):
		return []string{stem + "нный", stem + "тый"}
	case hasSuffix(infinitive, "дить"):
		return []string{trim(stem, 1) + "жденный", stem + "тый"}
	}
	return []string{stem + "тый"}
}

func withoutReflexive(text string) (string, bool) {
	if hasSuffix(text, "ся", "сь") {
		return trim(text, 2), true
	}
	return text, false
}

// hasSuffix says whether something stands before one of the endings.
func hasSuffix(text string, endings ...string) bool {
	for _, ending := range endings {
		if len(text) > len(ending) && strings.HasSuffix(text, ending) {
			return true
		}
	}
	return false
}

// trim gives the text without its last letters.
func trim(text string, letters int) string {
	all := []rune(text)
	return string(all[:max(0, len(all)-letters)])
}
