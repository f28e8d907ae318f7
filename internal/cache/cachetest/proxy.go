package cachetest

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"messenger-api/internal/testkit/freeport"
)

// Proxy is a proxy that injects faults into the connections to a server. It is not safe for
// concurrent use.
type Proxy struct {
	t     testing.TB
	proxy *toxiproxy.Proxy
}

// NewProxy starts a proxy on a free port for the server at the address, host:port. It is
// stopped with the test.
func NewProxy(t testing.TB, address string) *Proxy {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := &Proxy{t: t, proxy: toxiproxy.NewProxy(server, "redis", fmt.Sprintf("127.0.0.1:%d", freeport.For(t)), address)}
	t.Cleanup(p.Cut)
	p.Restore()
	return p
}

// URL returns the server's URL with the proxy's address.
func (p *Proxy) URL(server *url.URL) *url.URL {
	through := *server
	through.Host = p.proxy.Listen
	return &through
}

// Cut closes all connections and accepts no more.
func (p *Proxy) Cut() { p.proxy.Stop() }

// Restore accepts connections again after Cut.
func (p *Proxy) Restore() {
	p.t.Helper()
	if err := p.proxy.Start(); err != nil {
		p.t.Fatalf("start the proxy: %v", err)
	}
}

// Delay delays every reply.
func (p *Proxy) Delay(by time.Duration) {
	p.t.Helper()
	p.addToxic(`{"name": "spoilt", "type": "latency", "attributes": {"latency": %d}}`, by.Milliseconds())
}

// Swallow drops all replies. Connections stay open, and new ones are accepted.
func (p *Proxy) Swallow() {
	p.t.Helper()
	p.addToxic(`{"name": "spoilt", "type": "timeout", "attributes": {"timeout": %d}}`, 0)
}

func (p *Proxy) addToxic(toxic string, value int64) {
	p.t.Helper()
	if _, err := p.proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(toxic, value))); err != nil {
		p.t.Fatalf("add a toxic to the connection: %v", err)
	}
}

// Heal undoes Delay and Swallow. Dropped replies stay lost.
func (p *Proxy) Heal() {
	p.t.Helper()
	if err := p.proxy.Toxics.RemoveToxic(p.t.Context(), "spoilt"); err != nil {
		p.t.Fatalf("remove the toxics: %v", err)
	}
}
