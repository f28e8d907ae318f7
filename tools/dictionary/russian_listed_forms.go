package main

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The dictionary lists forms that its affixes can't make as words of their own: немцев beside немец, сна beside сон, минут
// beside минута, возьму beside взять. listedForms says for endings of such forms how the words end to which they belong.
// The word must have forms of its own, but for those with a * before the ending, which must have none.
var listedForms = map[string]string{
	// Nouns with a vowel that comes and goes.
	"цем": "ец", "цев": "ец", "цом": "ец ц", "цов": "ец", "йцом": "ец еец", "йцов": "ец еец", "льцом": "лец", "льцов": "лец", "йцем": "ец еец", "йцев": "ец еец", "льцем": "лец", "льцев": "лец",
	// Instrumental cases after ж, ч, ш, щ.
	"жем": "ж", "чем": "ч", "шем": "ш", "щем": "щ", "чом": "ч", "шом": "ш", "жом": "ж", "щом": "щ",
	"кем": "ек ок",
	// Genitives of the plural.
	"": "а о е ый ий ой", "ь": "я ь", "ей": "я ья ье", "ев": "ий", "ьев": "ья ье", "ий": "ья ье",
	// Neuter nouns in -мя.
	"мени": "*мя мя", "менем": "*мя мя", "мен": "*мя мя", "мян": "*мя мя", "мена": "*мя мя",
	// Short adjectives.
	"енен": "енный", "ен": "ный", "ны": "ный", "на": "ный", "но": "ный", "ы": "ый ой", "о": "ый ой", "ок": "кий",
	"ек": "ький кий ечь *ечь", "ка": "кий", "ки": "кий", "ко": "кий", "а": "ый ой ий", "и": "ий", "он": "ный", "ел": "лый",
}

// pastForms says the same for past tenses without an л before the ending.
var pastForms = map[string]string{
	"ер": "ереть", "ерла": "ереть", "ерло": "ереть", "ерли": "ереть",
	"жег": "жечь", "ожгла": "жечь", "ожгло": "жечь", "ожгли": "жечь",
}

func joinPast(made *lexicon, form *word) {
	for ending, infinitive := range pastForms {
		if stem, ok := strings.CutSuffix(form.text, ending); ok && stem != "" {
			made.joinAny(form, stem, infinitive+" *"+infinitive)
		}
	}
}

// The endings of cases, after which a noun's vowel is missed: сна, дню, огнём.
var cases = []string{
	"а", "я", "у", "ю", "ом", "ем", "е", "и", "ы", "ов", "ев", "ей", "ам", "ям", "ами", "ями", "ах", "ях", "ью",
}

// The endings of the present tense, the imperative and the verbal adverb.
var persons = []string{
	"у", "ю", "ешь", "ет", "ем", "ете", "ут", "ют", "ишь", "ит", "им", "ите", "ат", "ят", "и", "ь", "ьте", "й", "йте", "я", "а",
}

// presentStems says for the ends of present stems (a form without its personal ending) how the infinitive ends.
var presentStems = map[string]string{
	"щ": "тить стить скать стать тать", "ч": "тить кать тать чь теть", "ж": "дить зить зать гать чь деть",
	"ш": "сить сать хать", "пл": "пить пать петь", "бл": "бить бать беть", "вл": "вить", "мл": "мить мать меть",
	"у": "овать евать уть", "ю": "евать", "а": "ать", "я": "ять", "е": "еть ить", "н": "нуть ть", "о": "ыть еть",
	"бь": "бить", "вь": "вить", "ль": "лить", "пь": "пить", "шь": "шить",
	"обь": "бить", "овь": "вить", "оль": "лить", "опь": "пить", "ошь": "шить",
	"тр": "тереть", "отр": "тереть", "пр": "переть", "опр": "переть", "мр": "мереть", "омр": "мереть",
	"им": "ять", "ним": "нять", "йм": "нять", "ойм": "нять", "жм": "жать", "ожм": "жать", "жн": "жать", "ожн": "жать",
	"мн": "мять", "омн": "мять", "чн": "чать", "зов": "звать", "озов": "звать", "бер": "брать", "обер": "брать",
	"дер": "драть", "одер": "драть", "шл": "слать", "ошл": "слать", "жг": "жечь", "ожг": "жечь", "жж": "жечь", "ожж": "жечь",
	"лг": "лгать", "лж": "лгать", "олг": "лгать", "олж": "лгать", "б": "сти", "д": "сти сть", "т": "сти", "г": "чь", "к": "чь",
	"кл": "клать", "мел": "молоть", "стел": "стлать стелить", "хоч": "хотеть", "хот": "хотеть", "возьм": "взять", "прим": "принять",
	"клян": "клясть", "чт": "честь", "очт": "честь", "в": "ть", "льн": "льнуть", "шиб": "шибить", "пряг": "прячь",
	"ляг": "лечь", "сяд": "сесть", "": "ать ять ти еть ить", "гон": "гнать", "огон": "гнать", "рв": "рвать", "орв": "рвать",
}

// joinListedForm joins a form to the words to which its ending says that it belongs.
func joinListedForm(made *lexicon, form *word) {
	const shortest = 4 // letters of a form that may be another word's
	if utf8.RuneCountInString(form.text) < shortest {
		return
	}
	for ending, words := range listedForms {
		if stem, ok := strings.CutSuffix(form.text, ending); ok && stem != "" {
			made.joinAny(form, stem, words)
		}
	}
	joinWithVowel(made, form)
	joinInfinitive(made, form)
}

// joinInfinitive joins a form to the verb of which the longest of the ends speaks.
func joinInfinitive(made *lexicon, form *word) {
	text, reflexive := withoutReflexive(form.text)
	best, bestVerb := -1, ""
	for _, ending := range persons {
		stem, ok := strings.CutSuffix(text, ending)
		if !ok {
			continue
		}
		for end, infinitives := range presentStems {
			rest, ok := strings.CutSuffix(stem, end)
			if !ok || rest == "" || len(end) < best || end == "" && slices.Contains([]string{"у", "и", "а", "я", "ем", "им"}, ending) {
				continue
			}
			verb := made.infinitive(rest, infinitives, reflexive)
			if verb != "" && (len(end) > best || verb < bestVerb) {
				best, bestVerb = len(end), verb
			}
		}
	}
	if bestVerb != "" {
		made.join(form, bestVerb)
	}
}

// infinitive gives the first verb that there is of those that begin with the rest and end in one of the endings.
func (l *lexicon) infinitive(rest, endings string, reflexive bool) string {
	for ending := range strings.FieldsSeq(endings) {
		names := []string{rest + ending}
		if reflexive {
			// Where there is no reflexive verb, the form is the passive of the other.
			names = []string{rest + ending + "ся", rest + ending}
		}
		for _, name := range names {
			if len(l.named[name]) > 0 {
				return name
			}
		}
	}
	return ""
}

// joinWithVowel joins a case of a noun to its nominative, which has a vowel before its last consonant.
func joinWithVowel(made *lexicon, form *word) {
	for _, ending := range cases {
		stem, ok := strings.CutSuffix(form.text, ending)
		letters := []rune(stem)
		if !ok || len(letters) < 2 {
			continue
		}
		before, last := string(letters[:len(letters)-1]), string(letters[len(letters)-1:])
		for _, soft := range []string{"", "ь", "й"} {
			begin, ok := strings.CutSuffix(before, soft)
			if ok && begin != "" {
				made.joinAny(form, begin, "*о"+last+" *е"+last+" *о"+last+"ь *е"+last+"ь")
			}
		}
	}
	// And a genitive of the plural, which has the vowel, to the noun that has none: окон, сестёр, писем, земель.
	text := strings.TrimSuffix(form.text, "ь")
	letters := []rune(text)
	if len(letters) < 3 {
		return
	}
	if vowel := letters[len(letters)-2]; vowel == 'о' || vowel == 'е' {
		begin, last := string(letters[:len(letters)-2]), string(letters[len(letters)-1:])
		for _, middle := range []string{"", "ь", "й"} {
			made.joinAny(form, begin+middle+last, "а о я и е")
		}
	}
}
