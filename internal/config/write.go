package config

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Write lists every setting as Load reads it, in lines NAME=value  (source), in the order of docs/config.md. The source
// is environment; or default, with a description where there is no default value; or fault for an invalid setting, whose
// value is left out. Secrets are masked, in a URL only the password.
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

// shown returns a setting's value, masked if it is a secret, and its source.
func (r parsedSettings) shown(s setting) (value, source string) {
	text, isGiven := r.given[s.name]
	switch {
	case r.faulty(s.name):
		return "", "fault"
	case !isGiven && s.defaultValue == "":
		return "", "default: " + s.unset
	case !isGiven:
		return s.defaultValue, "default"
	case s.secret:
		text = fmt.Sprint(s.value(r.config).Interface())
	}
	if unquoted := strconv.Quote(text); unquoted != `"`+text+`"` || strings.TrimSpace(text) != text {
		return unquoted, "environment"
	}
	return text, "environment"
}
