package config

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// CollectorURL is the URL that traces are sent to.
type CollectorURL struct{ URL }

// UnmarshalText parses a URL. It accepts no user and no parameters: OpenTelemetry ignores them.
func (u *CollectorURL) UnmarshalText(text []byte) error {
	if err := u.URL.UnmarshalText(text); err != nil {
		return err
	}
	if u.parsed.User != nil || u.parsed.RawQuery != "" || u.parsed.ForceQuery {
		return errors.New("a user or parameters, which are not sent")
	}
	return nil
}

// Headers is a list of HTTP headers, which may contain secrets.
type Headers struct{ Secret }

// UnmarshalText parses a comma-separated list of name=value.
func (h *Headers) UnmarshalText(text []byte) error {
	err := checkPairs(string(text), "headers", func(name, value string) bool {
		return validToken(name) && !strings.ContainsFunc(value, isControl)
	})
	if err != nil {
		return err
	}
	return h.Secret.UnmarshalText(text)
}

// isControl reports whether a character is not allowed in a header's value.
func isControl(c rune) bool { return c < ' ' && c != '\t' || c == '\x7f' }

// Attributes is a list of OpenTelemetry resource attributes.
type Attributes string

// UnmarshalText parses a comma-separated list of name=value.
func (a *Attributes) UnmarshalText(text []byte) error {
	err := checkPairs(string(text), "attributes", func(name, value string) bool {
		return name != "" && utf8.ValidString(name) && utf8.ValidString(value)
	})
	*a = Attributes(text)
	return err
}

// checkPairs validates each name=value of a list, parsed as OpenTelemetry does.
func checkPairs(text, what string, valid func(name, value string) bool) error {
	_, err := parseList(text, func(pair string) (string, error) {
		name, value, found := strings.Cut(pair, "=")
		value, err := url.PathUnescape(value)
		if !found || err != nil || !valid(strings.TrimSpace(name), strings.TrimSpace(value)) {
			return "", invalidValue{"must be a list of " + what + ", name=value separated by commas, with special characters of values percent-encoded", pair}
		}
		return pair, nil
	})
	return err
}

// Ratio is a number from 0 to 1.
type Ratio float64

// UnmarshalText parses a number from 0 to 1.
func (r *Ratio) UnmarshalText(text []byte) error {
	number, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(number >= 0 && number <= 1) { // NaN is neither
		return invalidValue{"must be a number from 0 to 1", string(text)}
	}
	*r = Ratio(number)
	return nil
}
