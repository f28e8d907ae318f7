package ratelimit

import (
	"crypto/sha256"
	"net/netip"
)

// Key is what is counted: an account, an address or its network, a name, or a pair.
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

// NetworkKeys counts an address, an IPv6 one by its /64, /56 and /48: who has a /48 has
// 65536 networks of the first kind.
func NetworkKeys(address netip.Addr) []Key {
	keys := []Key{AddressKey(address)}
	if address.Is6() && !address.Is4In6() {
		for _, bits := range []byte{56, 48} {
			key := Key{bits, keys[0].id}
			clear(key.id[bits/8:])
			keys = append(keys, key)
		}
	}
	return keys
}

// PairKey counts two together.
func PairKey(one, other Key) Key {
	sum := sha256.Sum256([]byte(one.String() + other.String()))
	return Key{'p', [16]byte(sum[:16])}
}

// NameKey counts a name.
func NameKey(name string) Key {
	sum := sha256.Sum256([]byte(name))
	return Key{'n', [16]byte(sum[:16])}
}

// set is in which of the shared sets it is.
func (k Key) set() int {
	var sum byte
	for _, part := range k.id {
		sum = sum*31 + part
	}
	return int(sum) % sharedSets
}

// String spells the key for a store that all nodes share.
func (k Key) String() string { return string(k.kind) + string(k.id[:]) }
