package password

import (
	"strings"
	"testing"
)

// The test vector of github.com/P-H-C/phc-winner-argon2: password, somesalt.
const foreignGood = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"

// unusable returns stored hashes that must match no password, and whose check must not cost
// more than that of a hash made by Hasher.
func unusable() map[string]string {
	const salt, key = "c29tZXNhbHQ", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	return map[string]string{
		"none":              "",
		"another algorithm": "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"argon2i":           "$argon2i$v=19$m=256,t=2,p=1$" + salt + "$" + key,
		"another version":   "$argon2id$v=16$m=256,t=2,p=1$" + salt + "$" + key,
		"plain text":        "password",
		"huge memory":       "$argon2id$v=19$m=4294967295,t=1,p=1$" + salt + "$" + key,
		"huge time":         "$argon2id$v=19$m=256,t=4294967295,p=1$" + salt + "$" + key,
		"too large numbers": "$argon2id$v=19$m=99999999999999999999,t=1,p=1$" + salt + "$" + key,
		"too many threads":  "$argon2id$v=19$m=256,t=1,p=256$" + salt + "$" + key,
		"no time":           "$argon2id$v=19$m=256,t=0,p=1$" + salt + "$" + key,
		"no threads":        "$argon2id$v=19$m=256,t=1,p=0$" + salt + "$" + key,
		"no memory":         "$argon2id$v=19$m=0,t=1,p=1$" + salt + "$" + key,
		"negative":          "$argon2id$v=19$m=-1,t=1,p=1$" + salt + "$" + key,
		"no salt":           "$argon2id$v=19$m=256,t=2,p=1$$" + key,
		"no key":            "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$",
		"a short key":       "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$YWJj",
		"a huge key":        "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + strings.Repeat("A", 4096),
		"a huge salt":       "$argon2id$v=19$m=256,t=2,p=1$" + strings.Repeat("A", 4096) + "$" + key,
		"not base64":        "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$!" + key[1:],
		"a part too many":   foreignGood + "$",
		"a part too few":    "$argon2id$v=19$m=256,t=2,p=1$" + salt,
	}
}

func TestParseRefuses(t *testing.T) {
	for name, stored := range unusable() {
		t.Run(name, func(t *testing.T) {
			if h, ok := parse(stored); ok {
				t.Errorf("parsed as %v", h)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(foreignGood)
	for _, stored := range unusable() {
		f.Add(stored)
	}
	f.Fuzz(func(t *testing.T, stored string) {
		h, ok := parse(stored)
		if !ok {
			return
		}
		if h.Memory > maxMemory || h.Time < 1 || h.Time > maxTime || h.Threads < 1 ||
			len(h.salt) < 1 || len(h.salt) > maxBytes || len(h.key) < 16 || len(h.key) > maxBytes {
			t.Errorf("the parameters of %q are out of range: %v", stored, h)
		}
		if again, ok := parse(h.String()); !ok || again.String() != h.String() {
			t.Errorf("%q was formatted and parsed as %v, %v", stored, again, ok)
		}
	})
}
