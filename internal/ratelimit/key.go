package ratelimit

import (
	"crypto/sha256"
	"net/netip"
)

// Key is what is counted: an account, an address or a name.
type Key struct {
	kind byte
	id   [16]byte
}

// AccountKey counts an account.
func AccountKey(id [16]byte) Key { return Key{'a', id} }

// AddressKey counts an address; an IPv6 one by its /64, which is what one
// customer gets.
func AddressKey(address netip.Addr) Key {
	key := Key{'i', address.As16()}
	if address.Is6() && !address.Is4In6() {
		clear(key.id[8:])
	}
	return key
}

// NameKey counts a name.
func NameKey(name string) Key {
	sum := sha256.Sum256([]byte(name))
	return Key{'n', [16]byte(sum[:16])}
}

// String spells the key for a store that all nodes share.
func (k Key) String() string { return string(k.kind) + string(k.id[:]) }
