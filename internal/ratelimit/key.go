package ratelimit

import (
	"crypto/sha256"
	"net/netip"
)

// Key identifies what is limited: an account, an address or its network, a name, or a pair.
type Key struct {
	kind byte
	id   [16]byte
}

// AccountKey is the key of an account.
func AccountKey(id [16]byte) Key { return Key{'a', id} }

// AddressKey is the key of an IPv4 address or of the /64 of an IPv6 address, the smallest
// network that providers assign to a customer.
func AddressKey(address netip.Addr) Key {
	key := Key{'i', address.As16()}
	if address.Is6() && !address.Is4In6() {
		clear(key.id[8:])
	}
	return key
}

// NetworkKeys are the keys of an IPv4 address or of the /64, /56 and /48 of an IPv6 address:
// a customer with a /48 has 65536 networks of /64.
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

// PairKey is the key of the combination of two keys.
func PairKey(one, other Key) Key {
	sum := sha256.Sum256([]byte(one.String() + other.String()))
	return Key{'p', [16]byte(sum[:16])}
}

// NameKey is the key of a name.
func NameKey(name string) Key {
	sum := sha256.Sum256([]byte(name))
	return Key{'n', [16]byte(sum[:16])}
}

// set is the number of the sorted set in Redis that holds the key.
func (k Key) set() int {
	var sum byte
	for _, part := range k.id {
		sum = sum*31 + part
	}
	return int(sum) % sharedSets
}

// String is the key's member name in the store that all nodes share. It is binary.
func (k Key) String() string { return string(k.kind) + string(k.id[:]) }
