package messenger

import (
	"strings"
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

// checkText refuses what a database can't keep or what no client can have meant.
func checkText(field, text string) error {
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return errs.ErrBadParameters.WithDetails("%s must be valid UTF-8 without NUL", field)
	}
	return nil
}
