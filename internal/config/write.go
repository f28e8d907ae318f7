package config

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Write lists every setting as Load reads it from the environment, a line NAME=value  (source) each, in the order of
// docs/config.md. The source is environment, or default with what no value means, or fault for one that can't be read,
// which has no value here; Load's error says why. Secrets are masked, in a URL the password alone.
func Write(w io.Writer, environ []string) error {
	r, err := read(environ)
	if err != nil {
		return err
	}
	var lines strings.Builder
	for _, s := range settings() {
		value, source := r.shown(s)
		fmt.Fprintf(&lines, "%s=%s  (%s)\n", s.name, value, source)
	}
	_, err = io.WriteString(w, lines.String())
	return err
}

// shown gives a setting's value as it may be shown, and where it comes from.
func (r reading) shown(s setting) (value, source string) {
	text, isGiven := r.given[s.name]
	switch {
	case r.faulty(s.name):
		return "", "fault"
	case !isGiven && s.fallback == "":
		return "", "default: " + s.unset
	case !isGiven:
		return s.fallback, "default"
	case s.secret:
		text = fmt.Sprint(s.value(r.config).Interface())
	}
	if unquoted := strconv.Quote(text); unquoted != `"`+text+`"` || strings.TrimSpace(text) != text {
		return unquoted, "environment"
	}
	return text, "environment"
}
