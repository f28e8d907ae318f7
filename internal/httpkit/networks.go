package httpkit

import "net/netip"

// networksOf are what an address counts by, the narrowest first: an IPv4 address by
// itself, an IPv6 one by its /64, which is what one customer gets, and by the /56 and
// the /48, which some get.
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
