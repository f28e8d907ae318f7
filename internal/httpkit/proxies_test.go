package httpkit

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestClient(t *testing.T) {
	trusted := TrustedProxies{
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("2001:db8:ffff::/48"),
	}
	const peer = "127.0.0.1:1234"
	for _, c := range []struct {
		what, remote string
		forwarded    []string
		want         string
	}{
		{"no proxy", "192.0.2.1:1", nil, "192.0.2.1"},
		{"no proxy, IPv6", "[2001:db8::1]:1", nil, "2001:db8::1"},
		{"no proxy, IPv4 in IPv6", "[::ffff:192.0.2.1]:1", nil, "192.0.2.1"},
		{"not a trusted one", "192.0.2.1:1", []string{"198.51.100.1"}, "192.0.2.1"},
		{"a proxy that says nothing", peer, nil, "127.0.0.1"},
		{"a proxy", peer, []string{"198.51.100.1"}, "198.51.100.1"},
		{"a proxy in IPv6", "[::1]:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a proxy, IPv4 in IPv6", "[::ffff:127.0.0.1]:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"what the client claims", peer, []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{"that it is a proxy", peer, []string{"10.0.0.9, 198.51.100.1"}, "198.51.100.1"},
		{"in a header of its own", peer, []string{"203.0.113.9", "198.51.100.1"}, "198.51.100.1"},
		{"two proxies", peer, []string{"198.51.100.1, 10.1.2.3"}, "198.51.100.1"},
		{"two proxies, a header each", peer, []string{"198.51.100.1", "10.1.2.3"}, "198.51.100.1"},
		{"proxies alone", peer, []string{"10.0.0.1,10.0.0.2"}, "10.0.0.1"},
		{"through a foreign proxy", peer, []string{"203.0.113.9, 198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		{"IPv6", peer, []string{"2001:db8::7"}, "2001:db8::7"},
		{"IPv6, a proxy behind", peer, []string{"2001:db8::7,2001:db8:ffff::1"}, "2001:db8::7"},
		{"IPv4 in IPv6", peer, []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"a proxy, IPv4 in IPv6, behind", peer, []string{"198.51.100.1, ::ffff:10.0.0.1"}, "198.51.100.1"},
		{"with a port", peer, []string{"198.51.100.1:4711"}, "198.51.100.1"},
		{"IPv6 with a port", peer, []string{"[2001:db8::7]:4711"}, "2001:db8::7"},
		{"IPv6 in brackets", peer, []string{"[2001:db8::7]"}, "2001:db8::7"},
		{"with a zone", peer, []string{"fe80::1%eth0"}, "fe80::1"},
		{"spaces", peer, []string{"  198.51.100.1  "}, "198.51.100.1"},
		{"nothing in it", peer, []string{""}, "127.0.0.1"},
		{"an empty hop", peer, []string{"198.51.100.1,"}, "127.0.0.1"},
		{"an empty header last", peer, []string{"198.51.100.1", ""}, "127.0.0.1"},
		{"no address", peer, []string{"198.51.100.1, unknown"}, "127.0.0.1"},
		{"no address, behind a proxy", peer, []string{"unknown, 10.0.0.1"}, "10.0.0.1"},
		{"no address, unseen", peer, []string{"unknown, 198.51.100.1"}, "198.51.100.1"},
		{"a name", peer, []string{"localhost"}, "127.0.0.1"},
		{"no peer", "@", []string{"198.51.100.1"}, "invalid IP"},
	} {
		request := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		for _, value := range c.forwarded {
			request.Header.Add("X-Forwarded-For", value)
		}
		if got := trusted.Client(request); got.String() != c.want {
			t.Errorf("%s: %v, want %s", c.what, got, c.want)
		}
		if got := TrustedProxies(nil).Client(request); c.remote == peer && got.String() != "127.0.0.1" {
			t.Errorf("%s, without trusted proxies: %v, want the peer", c.what, got)
		}
	}
}

// Any X-Forwarded-For results in a valid address, without a panic.
func FuzzClient(f *testing.F) {
	for _, seed := range []string{"", ",", "198.51.100.1", "[::1]:1", "fe80::1%a%b", "::ffff:1.2.3.4", "[", "]:", "1.2.3.4:99999"} {
		f.Add(seed, seed)
	}
	trusted := TrustedProxies{netip.MustParsePrefix("0.0.0.0/1"), netip.MustParsePrefix("::/1")}
	f.Fuzz(func(t *testing.T, first, second string) {
		request := &http.Request{RemoteAddr: "127.0.0.1:1", Header: http.Header{"X-Forwarded-For": {first, second}}}
		if got := trusted.Client(request); !got.IsValid() || got.Zone() != "" || got.Is4In6() {
			t.Errorf("%q, %q: %v", first, second, got)
		}
	})
}
