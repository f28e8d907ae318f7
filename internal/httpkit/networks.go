package httpkit

import "net/netip"

// networksOf returns the networks by which an address is limited, the narrowest first: an
// IPv4 address itself; the /64, /56 and /48 of an IPv6 address, since providers assign
// customers networks of these sizes.
func networksOf(address netip.Addr) []netip.Prefix {
	if !address.IsValid() {
		return nil
	}
	if address.Is4() {
		return []netip.Prefix{netip.PrefixFrom(address, 32)}
	}
	var networks []netip.Prefix
	for _, bits := range []int{64, 56, 48} {
		network, err := address.WithZone("").Prefix(bits)
		if err != nil {
			return nil
		}
		networks = append(networks, network)
	}
	return networks
}
