package transfer

import (
	"strings"
	"unicode/utf8"

	"messenger-api/internal/messenger"
)

// The maximal lengths of texts. Settings can make the service's limits lower, not higher.
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

// textProblem refuses U+0000, which JSON can have and PostgreSQL can't store.
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
