package config

import (
	"net"
	"net/netip"
	"strings"
)

// Listen is an address to listen on, host:port as for net.Listen: without a host on all addresses of the machine, with
// port 0 on any free port.
type Listen string

// UnmarshalText parses the address; an IPv6 host must be in brackets.
func (l *Listen) UnmarshalText(text []byte) error {
	host, port, err := net.SplitHostPort(string(text))
	_, portOK := parsePort(port)
	if err != nil || host != "" && !validHost(host) || port != "0" && !portOK {
		return invalidValue{"must be host:port", string(text)}
	}
	*l = Listen(text)
	return nil
}

// conflictsWith reports whether listening on both addresses is impossible. Host names are compared as text, so it does
// not find every conflict.
func (l Listen) conflictsWith(host Host, port int) bool {
	listenHost, listenPort, _ := net.SplitHostPort(string(l))
	if number, ok := parsePort(listenPort); !ok || number != port {
		return false
	}
	one, other := canonicalHost(listenHost), canonicalHost(string(host))
	return one == "" || other == "" || one == other
}

// canonicalHost returns one form of a host for comparison: empty if it stands for all addresses of the machine. In Go
// 0.0.0.0 includes IPv6 addresses.
func canonicalHost(host string) string {
	if strings.EqualFold(host, "localhost") {
		host = "127.0.0.1"
	}
	address, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		return strings.ToLower(host)
	case address.Unmap().IsUnspecified():
		return ""
	}
	return address.Unmap().String()
}

// listenFaults reports addresses on which one process would listen twice.
func (r parsedSettings) listenFaults() Faults {
	c := r.config
	if r.faulty("HOST") || r.faulty("APPS") || !c.appOn(appMetrics) {
		return nil
	}
	var faults Faults
	if c.Metrics.Address.conflictsWith(c.Server.Host, c.Server.Port) {
		faults = append(faults, Fault{"METRICS_ADDR", "is the address of HOST and PORT, on which the server listens; choose another port for one of the two"})
	}
	if c.appOn(appSearch) && !c.SearchesInServe() && c.Metrics.ConsumerAddress.conflictsWith(c.Server.Host, c.Search.ConsumerPort) {
		faults = append(faults, Fault{"CONSUMER_METRICS_ADDR", "is the address of HOST and CONSUMER_PORT, on which the consumer listens; choose another port for one of the two"})
	}
	return faults
}
