package auth

import (
	"sync"

	"messenger-api/internal/messenger"
)

// maxKnownTokens is how many sessions are remembered, at about 60 bytes each.
const maxKnownTokens = 100_000

// knownTokens remembers sessions that were open when last asked. It decides
// nothing but whether a look-up is worth its while: the database still says
// whether the session is open. Safe for concurrent use.
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
		// Any will do: the next request of that session brings it back.
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
