package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Host is a host name or an IP address, IPv6 without brackets.
type Host string

// UnmarshalText parses a host; an IPv6 address may be in brackets.
func (h *Host) UnmarshalText(text []byte) error {
	host := string(text)
	if inner, ok := bracketed(host); ok && validIPv6(inner) {
		host = inner
	}
	if !validHost(host) {
		return invalidValue{"must be a host name or an IP address", string(text)}
	}
	*h = Host(host)
	return nil
}

// HostPort is one PostgreSQL server.
type HostPort struct {
	Host string // a host name, an IP address (IPv6 without brackets), or the absolute path of a socket's directory
	Port int
}

// String returns host:port, with an IPv6 address in brackets.
func (h HostPort) String() string {
	return net.JoinHostPort(h.Host, strconv.Itoa(h.Port))
}

// HostPorts is a list of PostgreSQL servers.
type HostPorts []HostPort

// UnmarshalText parses a comma-separated list; the default port is 5432.
func (h *HostPorts) UnmarshalText(text []byte) error {
	list, err := parseList(string(text), parseHostPort)
	*h = list
	return err
}

func parseHostPort(text string) (HostPort, error) {
	const postgresPort = 5432
	parsed := HostPort{Host: text, Port: postgresPort}
	ok := true
	if i := strings.LastIndexByte(text, ':'); i >= 0 && !strings.HasSuffix(text, "]") {
		parsed.Host = text[:i]
		parsed.Port, ok = parsePort(text[i+1:])
	}
	if inner, isBracketed := bracketed(parsed.Host); isBracketed {
		parsed.Host = inner
		ok = ok && validIPv6(inner)
	} else {
		ok = ok && (validName(parsed.Host, "") || strings.HasPrefix(parsed.Host, "/") && validName(parsed.Host, "/"))
	}
	if !ok {
		return HostPort{}, invalidValue{"must be a list of host:port, IPv6 in brackets, or an absolute path", text}
	}
	return parsed, nil
}

// parsePort parses a port from 1 to 65535 in decimal digits.
func parsePort(text string) (int, bool) {
	port, err := strconv.ParseUint(text, 10, 16)
	return int(port), err == nil && port > 0
}

func bracketed(text string) (string, bool) {
	inner, opened := strings.CutPrefix(text, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	return inner, opened && closed
}

func validHost(text string) bool {
	return validName(text, "") || validIPv6(text)
}

func validIPv6(text string) bool {
	address, err := netip.ParseAddr(text)
	return err == nil && address.Is6() && address.Zone() == ""
}

// validName reports whether the text has only letters, digits, dots, dashes, underscores and the extra characters,
// and at most 253, the limit of a host name.
func validName(text, extra string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	allowed := letters + strings.ToUpper(letters) + "0123456789.-_" + extra
	return text != "" && len(text) <= 253 && strings.Trim(text, allowed) == ""
}
