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

// Proxy stands between a client and its server, and spoils what goes through.
// It is not safe for concurrent use.
type Proxy struct {
	t     testing.TB
	proxy *toxiproxy.Proxy
}

// NewProxy makes a proxy on a free port for the server at the address, a host and
// port. It ends with the test.
func NewProxy(t testing.TB, address string) *Proxy {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := &Proxy{t: t, proxy: toxiproxy.NewProxy(server, "redis", fmt.Sprintf("127.0.0.1:%d", freeport.For(t)), address)}
	t.Cleanup(p.Cut)
	p.Restore()
	return p
}

// URL is what it is, with the proxy in place of the server.
func (p *Proxy) URL(server *url.URL) *url.URL {
	through := *server
	through.Host = p.proxy.Listen
	return &through
}

// Cut ends all connections and takes no more.
func (p *Proxy) Cut() { p.proxy.Stop() }

// Restore takes connections again after Cut.
func (p *Proxy) Restore() {
	p.t.Helper()
	if err := p.proxy.Start(); err != nil {
		p.t.Fatalf("start the proxy: %v", err)
	}
}

// Delay makes every answer come later.
func (p *Proxy) Delay(by time.Duration) {
	p.t.Helper()
	p.spoil(`{"name": "spoilt", "type": "latency", "attributes": {"latency": %d}}`, by.Milliseconds())
}

// Swallow lets no answer through. Connections stay open, and new ones open.
func (p *Proxy) Swallow() {
	p.t.Helper()
	p.spoil(`{"name": "spoilt", "type": "timeout", "attributes": {"timeout": %d}}`, 0)
}

func (p *Proxy) spoil(toxic string, value int64) {
	p.t.Helper()
	if _, err := p.proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(toxic, value))); err != nil {
		p.t.Fatalf("spoil the connection: %v", err)
	}
}

// Heal undoes Delay and Swallow. What was swallowed stays away.
func (p *Proxy) Heal() {
	p.t.Helper()
	if err := p.proxy.Toxics.RemoveToxic(p.t.Context(), "spoilt"); err != nil {
		p.t.Fatalf("heal the connection: %v", err)
	}
}
