package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	tatweel    = 'ـ' // stretches an Arabic word
	apostrophe = 'ʼ' // is a letter to Unicode, and stands for all of them
)

// fold returns the same text for all spellings of a word that count as equal, in NFC. The text is lowered after a first
// NFC, so that a letter and its combining marks are lowered together; lowering can undo NFC, hence the last one.
func fold(word string) string {
	word = dropStress(norm.NFC.String(strings.Map(dropSign, norm.NFC.String(word))))
	lower := strings.Map(foldPoint, norm.NFC.String(word))
	if lower == word {
		return word
	}
	return norm.NFC.String(lower)
}

// dropSign drops characters that do not count: those that choose the appearance of the character before them (variation
// selectors, the keycap around a digit), joiners, and the vowel signs of Arabic and Hebrew, which are mostly left
// out in writing.
func dropSign(r rune) rune {
	switch {
	case 0xFE00 <= r && r <= 0xFE0F, 0xE0100 <= r && r <= 0xE01EF, r == 0x20E3, isJoiner(r), r == tatweel:
		return -1
	case 0x0591 <= r && r <= 0x05C7, 0x0610 <= r && r <= 0x061A, 0x064B <= r && r <= 0x0652, 0x0656 <= r && r <= 0x065F,
		r == 0x0670, 0x06D6 <= r && r <= 0x06ED:
		if unicode.IsMark(r) {
			return -1
		}
	case isApostrophe(r):
		return apostrophe
	}
	return r
}

// dropStress drops the stress marks on Cyrillic letters that make no other letter, and the dots of ё, which is е.
func dropStress(word string) string {
	if !strings.ContainsAny(word, "\u0300\u0301\u0308") {
		return word
	}
	base := rune(0)
	return strings.Map(func(r rune) rune {
		switch {
		case !unicode.IsMark(r):
			base = unicode.ToLower(r)
		case (r == 0x0300 || r == 0x0301) && unicode.Is(unicode.Cyrillic, base), r == 0x0308 && (base == 'е' || base == 'ё' || base == 'ѐ'):
			return -1
		}
		return r
	}, word)
}

func foldPoint(r rune) rune {
	switch r = unicode.ToLower(r); r {
	case 'ё', 'ѐ':
		return 'е'
	case 'ѝ':
		return 'и'
	case 'ς': // the sigma at a word's end, which has the same upper case
		return 'σ'
	}
	return r
}
