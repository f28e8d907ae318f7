package auth

import (
	"sync"

	"messenger-api/internal/messenger"
)

// maxKnownTokens limits the number of tokens, at about 60 bytes each.
const maxKnownTokens = 100_000

// knownTokens has the tokens of sessions that were open at their last look-up. They are
// looked up even for an address over its request limit; whether the session is still open
// is decided by that look-up. It is safe for concurrent use.
type knownTokens struct {
	mu     sync.RWMutex
	hashes map[messenger.TokenHash]struct{}
}

func newKnownTokens() *knownTokens {
	return &knownTokens{hashes: map[messenger.TokenHash]struct{}{}}
}

func (k *knownTokens) has(hash messenger.TokenHash) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	_, known := k.hashes[hash]
	return known
}

func (k *knownTokens) add(hash messenger.TokenHash) {
	if k.has(hash) {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.hashes) >= maxKnownTokens {
		// Evict an arbitrary one: the next request of that session adds it again.
		for other := range k.hashes {
			delete(k.hashes, other)
			break
		}
	}
	k.hashes[hash] = struct{}{}
}

func (k *knownTokens) remove(hash messenger.TokenHash) {
	if !k.has(hash) {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.hashes, hash)
}
