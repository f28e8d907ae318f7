package messenger

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"messenger-api/internal/errs"
)

// The limits of the contract on texts other than messages.
const (
	NameMaxCharacters            = 255
	PasswordMaxBytes             = 1024
	ClientMessageIDMaxCharacters = 128
)

// cleanName returns the name in Unicode NFC, the form in which names are kept
// and compared. field is its name in the request.
func cleanName(field, name string) (string, error) {
	if name == "" {
		return "", errs.ErrBadParameters.WithDetails("%s must not be empty", field)
	}
	if err := checkText(field, name); err != nil {
		return "", err
	}
	name = norm.NFC.String(name)
	if utf8.RuneCountInString(name) > NameMaxCharacters {
		return "", errs.ErrBadParameters.WithDetails("%s has more than %d characters", field, NameMaxCharacters)
	}
	return name, nil
}

// cleanNewName is cleanName for a name that is about to be made.
func cleanNewName(field, name string) (string, error) {
	name, err := cleanName(field, name)
	if err != nil {
		return "", err
	}
	return name, checkNewName(field, name)
}

// checkNewName rejects names that look like other names. Names that exist already stay valid.
func checkNewName(field, name string) error {
	if strings.TrimFunc(name, unicode.IsSpace) != name {
		return errs.ErrBadParameters.WithDetails("%s must not begin or end with white space", field)
	}
	runes := []rune(nationalFlags.Replace(name))
	for i, r := range runes {
		if isInvisible(r) && !isJoiner(runes, i) && !isFormSelector(runes, i) {
			return errs.ErrBadParameters.WithDetails("%s must not hold the invisible character %U", field, r)
		}
	}
	return nil
}

// nationalFlags replaces the flags that are a black flag and invisible tags, those of England,
// Scotland and Wales, by the black flag. Other tags can't be seen.
var nationalFlags = strings.NewReplacer(
	"\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\U0001f3f4",
	"\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "\U0001f3f4",
	"\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f", "\U0001f3f4",
)

// isJoiner reports whether the character at i is one of the two joiners that some scripts, and
// emoji, need, and stands between visible characters.
func isJoiner(runes []rune, i int) bool {
	return (runes[i] == '\u200c' || runes[i] == '\u200d') && i > 0 && i+1 < len(runes) &&
		(!isInvisible(runes[i-1]) || isFormSelector(runes, i-1)) && !isInvisible(runes[i+1])
}

// isFormSelector reports whether the character at i chooses the form, text or emoji, of the
// symbol before it. After anything else, such as a letter, it changes nothing that can be seen.
func isFormSelector(runes []rune, i int) bool {
	const firstSymbol, keycap = '\u2122', '\u20e3'
	if i == 0 || runes[i] != '\ufe0e' && runes[i] != '\ufe0f' {
		return false
	}
	before := runes[i-1]
	return before >= firstSymbol && unicode.In(before, unicode.So, unicode.Sm) || strings.ContainsRune("©®‼⁉ℹ〰", before) ||
		i+1 < len(runes) && runes[i+1] == keycap && strings.ContainsRune("0123456789#*", before)
}

// isInvisible reports whether r is a control character, a bidirectional or other format mark, a
// line separator, a variation selector, or a letter without a glyph.
func isInvisible(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		r == '\u2800' // a Braille pattern without dots
}

// checkText rejects text that a database can't store: invalid UTF-8, and NUL.
func checkText(field, text string) error {
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return errs.ErrBadParameters.WithDetails("%s must be valid UTF-8 without NUL", field)
	}
	return nil
}
