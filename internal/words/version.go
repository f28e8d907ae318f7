package words

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"messenger-api/internal/words/dictionary"
)

// rulesVersion counts the changes of this package after which a text has other terms than before. TestVersion notices them.
const rulesVersion = "2"

// Version names what the analyser is: its rules and its dictionaries. An index made under another one has other terms, or
// may have. It is 12 hexadecimal digits.
var Version = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(rulesVersion + dictionary.Data()))
	return hex.EncodeToString(sum[:6])
})
