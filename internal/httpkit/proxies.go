package httpkit

import (
	"net/http"
	"net/netip"
	"strings"
)

// TrustedProxies are the networks of proxies whose X-Forwarded-For is trusted.
type TrustedProxies []netip.Prefix

// Client returns the client's address: the connection's, or if that is a trusted proxy,
// the rightmost address in X-Forwarded-For that is not a trusted proxy. Addresses to the
// left of it may be forged.
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
			break // the proxy itself is the last known address
		}
		client = hop
	}
	return client
}

// parseHop parses an address with or without a port.
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
