package config

import (
	"strconv"
	"strings"
)

// Fault is an error in the settings. It contains no secret.
type Fault struct {
	Setting string // the setting's name, such as PORT
	Problem string // one line of text
}

// String returns the fault as one line.
func (f Fault) String() string {
	return f.Setting + ": " + f.Problem
}

// Faults is Load's error: every error in the settings.
type Faults []Fault

// Error returns one line per fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// invalidValue is the error of UnmarshalText: what the value must be, and the part of it that is not. Error does not
// contain that part, which may be a secret; gotSuffix decides whether to show it.
type invalidValue struct {
	must string
	got  string
}

func (v invalidValue) Error() string {
	return v.must
}

// gotSuffix returns ", not …" with the invalid part of the setting's value, or nothing if that part might be a secret: an
// @ may belong to a URL with a password that was set in the wrong place.
func (s setting) gotSuffix(value, part string) string {
	if s.secret || strings.Contains(value, "@") {
		return ""
	}
	return ", not " + quoted(part)
}

// quoted returns the text in quotes on one line, shortened if it is long.
func quoted(text string) string {
	const maxRunes = 40
	runes := []rune(text)
	if len(runes) > maxRunes {
		return strconv.Quote(string(runes[:maxRunes]) + "…")
	}
	return strconv.Quote(text)
}
