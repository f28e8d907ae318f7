package password

import (
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// hash is a stored password in the PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$salt$key.
type hash struct {
	Params

	salt, key []byte
}

// The largest parameters that are accepted in a stored hash: a row that was not written by
// this program must not exhaust memory or processor time. maxMemory is in KiB.
const (
	maxMemory = 256 << 10
	maxTime   = 16
	maxBytes  = 128
)

func (h hash) String() string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.Memory, h.Time, h.Threads, encode(h.salt), encode(h.key))
}

func parse(stored string) (hash, bool) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return hash{}, false
	}
	var h hash
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.Memory, &h.Time, &h.Threads); err != nil {
		return hash{}, false
	}
	var saltErr, keyErr error
	h.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	h.key, keyErr = base64.RawStdEncoding.DecodeString(parts[5])
	return h, saltErr == nil && keyErr == nil && h.valid()
}

func (h hash) valid() bool {
	return len(h.salt) > 0 && len(h.salt) <= maxBytes && len(h.key) >= 16 && len(h.key) <= maxBytes &&
		h.Memory >= 8 && h.Memory <= maxMemory && h.Time >= 1 && h.Time <= maxTime && h.Threads >= 1
}
