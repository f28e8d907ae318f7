package config

import "strings"

// Switch is a setting that is on or off.
type Switch bool

// UnmarshalText parses, in any case: 1, true, yes, y or on; 0, false, no, n, off or an empty text.
func (s *Switch) UnmarshalText(text []byte) error {
	switch strings.ToLower(string(text)) {
	case "1", "true", "yes", "y", "on":
		*s = true
	case "", "0", "false", "no", "n", "off":
		*s = false
	default:
		return invalidValue{"must be on (1, true, yes, y, on) or off (0, false, no, n, off)", string(text)}
	}
	return nil
}
