package messenger

import (
	"errors"
	"strings"
	"testing"

	"messenger-api/internal/errs"
)

func TestCleanName(t *testing.T) {
	for name, test := range map[string]struct{ given, want string }{
		"composed":               {"Ren\u00e9e", "Ren\u00e9e"},
		"decomposed":             {"Rene\u0301e", "Ren\u00e9e"},
		"marks in another order": {"a\u0323\u0302", "\u1ead"},
		"compatible only":        {"\ufb01", "\ufb01"},
		"spaces are part of it":  {" a ", " a "},
		"case is part of it":     {"ANNA", "ANNA"},
		"the longest":            {strings.Repeat("𝔸", 255), strings.Repeat("𝔸", 255)},
		"the longest, in NFC":    {strings.Repeat("e\u0301", 255), strings.Repeat("\u00e9", 255)},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := cleanName("user_name", test.given)
			if err != nil || got != test.want {
				t.Errorf("%q became %q, %v", test.given, got, err)
			}
		})
	}
}

func TestCleanNameRefuses(t *testing.T) {
	for name, given := range map[string]string{
		"empty":              "",
		"too long":           strings.Repeat("a", 256),
		"too long, in NFC":   strings.Repeat("\u0958", 128), // which NFC takes apart: 256
		"with a NUL":         "a\x00b",
		"not UTF-8":          "a\xff",
		"a lone surrogate":   "\xed\xa0\x80",
		"an overlong letter": "\xc1\x81",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := cleanName("user_name", given)
			if !errors.Is(err, errs.ErrBadParameters) || !strings.Contains(errs.From(err).Details, "user_name") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestCheckPassword(t *testing.T) {
	for _, good := range []string{"a", " ", "pässwörd", strings.Repeat("a", PasswordMaxBytes)} {
		if err := checkPassword("password", good); err != nil {
			t.Errorf("%q is refused: %v", good, err)
		}
	}
	for _, bad := range []string{"", strings.Repeat("é", PasswordMaxBytes/2) + "a", "a\x00", "\xff"} {
		err := checkPassword("password", bad)
		if !errors.Is(err, errs.ErrBadParameters) {
			t.Errorf("%q is not refused: %v", bad, err)
		}
		if err != nil && bad != "" && strings.Contains(err.Error(), bad) {
			t.Error("the error shows the password")
		}
	}
}

func TestStorable(t *testing.T) {
	long := strings.Repeat("a", userAgentMaxBytes-1)
	for given, want := range map[string]string{
		"":                     "",
		"curl/8.5.0":           "curl/8.5.0",
		"a\x00b\xffc\xed\xa0d": "abcd",
		long + "é":             long, // its first byte alone would be no letter
		long + "bc":            long + "b",
		"\xff" + long + "bc":   long,
	} {
		if got := sanitizeHeader(given); got != want {
			t.Errorf("%q became %q, want %q", given, got, want)
		}
	}
}
