package config

import (
	"errors"
	"log/slog"
	"net/url"
	"strings"
)

// URL is the address of a service, whose password fmt, log/slog and encoders show only masked. The zero value is no
// address. The address is behind a pointer for Secret's reason.
type URL struct {
	parsed *url.URL
}

// UnmarshalText reads a URL with a host. One whose password could have ended up outside its place is refused, since
// it would be shown: an @ behind the host or a fragment comes from a / or # that was not percent-encoded.
func (u *URL) UnmarshalText(text []byte) error {
	parsed, err := url.Parse(string(text))
	switch {
	case err != nil:
		return errors.New("not a URL") // the cause holds the text
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
			return errors.New("a password in the query, where nobody looks for it")
		}
	}
	u.parsed = parsed
	return nil
}

// validPort tells whether the URL has no port or one that exists.
func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	_, ok := parsePort(u.Port())
	return ok
}

// Reveal gives the whole address, nil where there is none. Nobody may change it.
func (u URL) Reveal() *url.URL {
	return u.parsed
}

func (u URL) password() (string, bool) {
	if u.parsed == nil {
		return "", false
	}
	return u.parsed.User.Password()
}

// String is the address with the password masked; a lone user name is masked too, since it may be a password.
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
