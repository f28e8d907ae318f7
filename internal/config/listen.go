package config

import (
	"net"
	"net/netip"
	"strings"
)

// Listen is an address to listen on, host:port as net.Listen takes it: without a host on all addresses of the machine,
// with port 0 on any free port.
type Listen string

// UnmarshalText reads the address; an IPv6 host stands in brackets.
func (l *Listen) UnmarshalText(text []byte) error {
	host, port, err := net.SplitHostPort(string(text))
	_, portOK := parsePort(port)
	if err != nil || host != "" && !validHost(host) || port != "0" && !portOK {
		return refusal{"must be host:port", string(text)}
	}
	*l = Listen(text)
	return nil
}

// meets tells whether nobody can listen both there and at host and port. Names are told apart by their spelling alone,
// so not every meeting is foreseen.
func (l Listen) meets(host Host, port int) bool {
	ownHost, ownPort, _ := net.SplitHostPort(string(l))
	if number, ok := parsePort(ownPort); !ok || number != port {
		return false
	}
	own, other := listensOn(ownHost), listensOn(string(host))
	return own == "" || other == "" || own == other
}

// listensOn spells a host in one way: empty where it means every address of the machine, which in Go includes those
// of IPv6 for 0.0.0.0, too.
func listensOn(host string) string {
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

// listenFaults finds where one process would have to listen twice.
func (r reading) listenFaults() Faults {
	c := r.config
	if r.faulty("HOST") || r.faulty("APPS") || !c.appOn(appMetrics) {
		return nil
	}
	var faults Faults
	if c.Metrics.Address.meets(c.Server.Host, c.Server.Port) {
		faults = append(faults, Fault{"METRICS_ADDR", "is where HOST and PORT have the server listen; choose another port for one of the two"})
	}
	if c.appOn(appSearch) && !c.SearchesInServe() && c.Metrics.ConsumerAddress.meets(c.Server.Host, c.Search.ConsumerPort) {
		faults = append(faults, Fault{"CONSUMER_METRICS_ADDR", "is where HOST and CONSUMER_PORT have the consumer listen; choose another port for one of the two"})
	}
	return faults
}
