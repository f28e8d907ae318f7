package httpkit

import (
	"net/http"
	"net/netip"
	"strings"
)

// TrustedProxies are the addresses whose X-Forwarded-For is believed.
type TrustedProxies []netip.Prefix

// Client finds the address that a request comes from: the connection's, or,
// while that is a trusted proxy, the rightmost address in X-Forwarded-For that
// is not one. What stands left of it is the client's own claim.
func (t TrustedProxies) Client(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := peer.Addr().Unmap()
	forwarded := r.Header["X-Forwarded-For"]
	if len(forwarded) == 0 || !t.trusts(client) {
		return client
	}
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(hops) - 1; i >= 0 && t.trusts(client); i-- {
		hop, err := parseHop(strings.TrimSpace(hops[i]))
		if err != nil {
			// What the proxy wrote can't be read: it is the last one known.
			break
		}
		client = hop
	}
	return client
}

// parseHop reads an address with or without a port.
func parseHop(hop string) (netip.Addr, error) {
	if withPort, err := netip.ParseAddrPort(hop); err == nil {
		return withPort.Addr().Unmap().WithZone(""), nil
	}
	address, err := netip.ParseAddr(strings.Trim(hop, "[]"))
	return address.Unmap().WithZone(""), err
}

func (t TrustedProxies) trusts(address netip.Addr) bool {
	for _, prefix := range t {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}
