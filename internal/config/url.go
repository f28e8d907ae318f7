package config

import (
	"errors"
	"log/slog"
	"net/url"
	"strings"
)

// URL is the address of a service, whose password fmt, log/slog and encoders show only masked. The zero value is no
// address. The address is behind a pointer for the same reason as Secret's text.
type URL struct {
	parsed *url.URL
}

// UnmarshalText parses a URL with a host. It refuses a URL in which a part of the password may be parsed as the path,
// query or fragment, which are shown: an @ after the host, or a fragment, may come from a / or # that was not
// percent-encoded.
func (u *URL) UnmarshalText(text []byte) error {
	parsed, err := url.Parse(string(text))
	switch {
	case err != nil:
		return errors.New("not a URL") // err quotes the text
	case !validHost(parsed.Hostname()) || !validPort(parsed):
		return errors.New("no host")
	case strings.Contains(parsed.EscapedPath()+parsed.RawQuery, "@") || strings.Contains(string(text), "#"):
		return errors.New("an unescaped character")
	}
	query, err := url.ParseQuery(parsed.RawQuery)
	if err != nil {
		return errors.New("an unreadable query")
	}
	for name := range query {
		if strings.Contains(strings.ToLower(name), "pass") {
			return errors.New("a password in the query, which would be ignored")
		}
	}
	u.parsed = parsed
	return nil
}

// validPort reports whether the URL has no port or a valid one.
func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	_, ok := parsePort(u.Port())
	return ok
}

// Reveal returns the whole address, or nil. It must not be modified.
func (u URL) Reveal() *url.URL {
	return u.parsed
}

func (u URL) password() (string, bool) {
	if u.parsed == nil {
		return "", false
	}
	return u.parsed.User.Password()
}

// String returns the address with the password masked. A user without a password is masked too: it may be a password.
func (u URL) String() string {
	if u.parsed == nil {
		return ""
	}
	var user string
	if _, isSet := u.password(); isSet {
		user = url.User(u.parsed.User.Username()).String() + ":" + mask + "@"
	} else if u.parsed.User != nil {
		user = mask + "@"
	}
	shown := url.URL{Path: u.parsed.Path, RawPath: u.parsed.RawPath, RawQuery: u.parsed.RawQuery}
	return u.parsed.Scheme + "://" + user + u.parsed.Host + shown.String()
}

// GoString masks the password in fmt's %#v.
func (u URL) GoString() string {
	return "config.URL(" + u.String() + ")"
}

// LogValue masks the password in a log.
func (u URL) LogValue() slog.Value {
	return slog.StringValue(u.String())
}

// MarshalText masks the password in JSON and other encodings.
func (u URL) MarshalText() ([]byte, error) {
	return []byte(u.String()), nil
}
