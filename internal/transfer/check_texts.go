package transfer

import (
	"strings"
	"unicode/utf8"

	"messenger-api/internal/messenger"
)

// The longest texts that there can be. The service's own limits are these or lower.
const (
	textMaxBytes         = 256 << 10
	passwordHashMaxBytes = 512
	addressMaxBytes      = 256
	userAgentMaxBytes    = 256
)

func nameProblem(field, name string) string {
	if name == "" || utf8.RuneCountInString(name) > messenger.NameMaxCharacters {
		return field + " is empty or too long"
	}
	return textProblem(field, name)
}

// textProblem: NUL is the one character that JSON has and PostgreSQL doesn't.
func textProblem(field, text string) string {
	if strings.IndexByte(text, 0) >= 0 {
		return field + " has the character U+0000"
	}
	return ""
}

func firstOf(problems ...string) string {
	for _, problem := range problems {
		if problem != "" {
			return problem
		}
	}
	return ""
}
