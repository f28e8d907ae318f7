package config

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Proxies is the networks of trusted proxies. IPv4 networks are never in their IPv6-mapped form.
type Proxies []netip.Prefix

// UnmarshalText parses a comma-separated list of addresses and networks, or the word none.
func (p *Proxies) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*p = Proxies{}
		return nil
	}
	list, err := parseList(string(text), parseNetwork)
	*p = list
	return err
}

func parseNetwork(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil || network.Addr().Is4In6() {
		return netip.Prefix{}, invalidValue{"must be none or a list of addresses and networks such as 10.0.0.7,10.1.0.0/16", text}
	}
	return network.Masked(), nil
}

// Origins is a list of web origins in the form in which browsers send them: in lower case, without the scheme's default
// port.
type Origins []string

// UnmarshalText parses a comma-separated list.
func (o *Origins) UnmarshalText(text []byte) error {
	list, err := parseList(string(text), parseOrigin)
	*o = list
	return err
}

func parseOrigin(text string) (string, error) {
	if text == "*" {
		return "", invalidValue{"must name each origin; there is no wildcard", text}
	}
	origin, err := url.Parse(strings.ToLower(text))
	if err != nil || origin.Scheme+"://"+origin.Host != strings.ToLower(text) ||
		!validHost(origin.Hostname()) || !validPort(origin) {
		return "", invalidValue{"must be a list of origins, scheme://host or scheme://host:port without a path", text}
	}
	host := origin.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	port := origin.Port()
	if port == "" || origin.Scheme == "https" && port == "443" || origin.Scheme == "http" && port == "80" {
		return origin.Scheme + "://" + host, nil
	}
	return origin.Scheme + "://" + net.JoinHostPort(origin.Hostname(), port), nil
}
