package messenger

import (
	"context"
	"net/netip"
)

// The recent log-ins are the newest ones within the window, at most so many. The window is no
// longer than the retention of ended sessions, whose addresses are what is read.
const (
	maxRecentLogIns   = 200
	recentLogInWindow = endedSessionRetention
)

// HasRecentLogIn reports whether the account of this name had a recent log-in from the
// network of the address: an IPv4 address by itself, an IPv6 one by its /64.
func (s *Service) HasRecentLogIn(ctx context.Context, name string, address netip.Addr) (bool, error) {
	name, err := cleanName("user_name", name)
	if err != nil {
		return false, err
	}
	addresses, err := s.store.LogInAddresses(ctx, name, s.now().Add(-recentLogInWindow), maxRecentLogIns)
	if err != nil {
		return false, err
	}
	network := customerNetwork(address)
	for _, text := range addresses {
		if known, err := netip.ParseAddr(text); err == nil && network.Contains(known.Unmap()) {
			return true, nil
		}
	}
	return false, nil
}

// customerNetwork is the network that one customer usually has: an IPv4 address, or a /64.
func customerNetwork(address netip.Addr) netip.Prefix {
	address = address.Unmap().WithZone("")
	bits := 64
	if address.Is4() {
		bits = 32
	}
	network, _ := address.Prefix(bits) // an invalid address gives the zero prefix, which contains nothing
	return network
}
