package config

import "log/slog"

// mask stands for a secret in all that is shown.
const mask = "****"

// Secret is a text that fmt, log/slog and encoders show only masked. The zero value is no secret. The text is behind
// a pointer because fmt calls no method on what it finds in an unexported field, and would print a plain string.
type Secret struct {
	text *string
}

// UnmarshalText takes any text.
func (s *Secret) UnmarshalText(text []byte) error {
	secret := string(text)
	s.text = &secret
	return nil
}

// Reveal gives the text itself, empty where there is none.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String is a mask of one length for every secret, and empty where there is none.
func (s Secret) String() string {
	if s.text == nil {
		return ""
	}
	return mask
}

// GoString masks the secret in fmt's %#v.
func (s Secret) GoString() string {
	return "config.Secret(" + s.String() + ")"
}

// LogValue masks the secret in a log.
func (s Secret) LogValue() slog.Value {
	return slog.StringValue(s.String())
}

// MarshalText masks the secret in JSON and other encodings.
func (s Secret) MarshalText() ([]byte, error) {
	return []byte(s.String()), nil
}
