package config

import "log/slog"

// mask is shown in place of a secret.
const mask = "****"

// Secret is a text that fmt, log/slog and encoders show only masked. The zero value is an empty text. The text is behind
// a pointer because fmt calls no methods on values in unexported fields, and would print a plain string.
type Secret struct {
	text *string
}

// UnmarshalText accepts any text.
func (s *Secret) UnmarshalText(text []byte) error {
	secret := string(text)
	s.text = &secret
	return nil
}

// Reveal returns the text itself.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String returns the mask, which does not show the text's length, or nothing if there is no text.
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
