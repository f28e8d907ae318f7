package config

import (
	"strconv"
	"strings"
)

// Fault is one reason why the settings can't be used. Neither part holds a secret.
type Fault struct {
	Setting string // the setting's name, such as PORT
	Problem string // one line for a person
}

// String is the fault as one line.
func (f Fault) String() string {
	return f.Setting + ": " + f.Problem
}

// Faults is all that is wrong with the settings, as Load's error.
type Faults []Fault

// Error gives one line per fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// refusal is why a value can't be read: what it must be, and the part of it that is not. Its text leaves that part
// out, since only who knows the setting can tell whether it may be shown.
type refusal struct {
	must string
	got  string
}

func (r refusal) Error() string {
	return r.must
}

// but gives ", not …" with a part of the setting's value, or nothing where that part could show a secret: an @
// hints at a URL with a password, pasted where no URL belongs.
func (s setting) but(value, part string) string {
	if s.secret || strings.Contains(value, "@") {
		return ""
	}
	return ", not " + quoted(part)
}

// quoted is the text in quotes on one line, shortened when it is long.
func quoted(text string) string {
	const longest = 40
	runes := []rune(text)
	if len(runes) > longest {
		return strconv.Quote(string(runes[:longest]) + "…")
	}
	return strconv.Quote(text)
}
