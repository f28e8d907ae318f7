package search

import (
	"strconv"
	"strings"
)

// maxWaitSeconds is the longest wait; a longer requested one is reduced to it.
const maxWaitSeconds = 5

// waitPreferred returns the preference wait=N (RFC 7240) of a request in seconds, at most
// maxWaitSeconds. The first one counts; if it is invalid, there is none.
func waitPreferred(headers []string) (seconds int, ok bool) {
	for _, header := range headers {
		for _, preference := range splitUnquoted(header, ',') {
			// After a semicolon come parameters; wait has none.
			name, value, _ := strings.Cut(splitUnquoted(preference, ';')[0], "=")
			if strings.EqualFold(strings.Trim(name, " \t"), "wait") {
				return parseWait(strings.Trim(value, " \t"))
			}
		}
	}
	return 0, false
}

func parseWait(value string) (seconds int, ok bool) {
	if inner, quoted := strings.CutPrefix(value, `"`); quoted {
		if value, ok = strings.CutSuffix(inner, `"`); !ok {
			return 0, false
		}
	}
	if value == "" || strings.Trim(value, "0123456789") != "" {
		return 0, false
	}
	number, err := strconv.ParseUint(value, 10, 32)
	if err != nil || number > maxWaitSeconds {
		return maxWaitSeconds, true // err can only be that the number is out of range
	}
	return int(number), true
}

// splitUnquoted splits a header's value at separators outside of quoted strings. It
// returns at least one part.
func splitUnquoted(text string, separator byte) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == separator && !quoted:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:])
}

func preferenceApplied(seconds int) string { return "wait=" + strconv.Itoa(seconds) }
