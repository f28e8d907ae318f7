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
	runes := []rune(name)
	for i, r := range runes {
		if isJoiner(r) && i > 0 && i+1 < len(runes) && !isInvisible(runes[i-1]) && !isInvisible(runes[i+1]) {
			continue
		}
		if isInvisible(r) {
			return errs.ErrBadParameters.WithDetails("%s must not hold the invisible character %U", field, r)
		}
	}
	return nil
}

// isJoiner reports whether r is one of the two joiners that some scripts, and emoji, need
// between visible characters.
func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// isInvisible reports whether r is a control character, a bidirectional or other format mark, a
// line separator, or a letter without a glyph. Variation selectors and tags are allowed: they
// choose the form of an emoji.
func isInvisible(r rune) bool {
	switch {
	case unicode.Is(unicode.Variation_Selector, r), r >= 0xe0020 && r <= 0xe007f:
		return false
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point):
		return true
	}
	return r == '\u2800' // a Braille pattern without dots
}

// checkText rejects text that a database can't store: invalid UTF-8, and NUL.
func checkText(field, text string) error {
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return errs.ErrBadParameters.WithDetails("%s must be valid UTF-8 without NUL", field)
	}
	return nil
}
