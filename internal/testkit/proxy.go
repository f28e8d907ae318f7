package testkit

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy forwards connections to a service while it is up. Down closes all connections, and while it
// is down new ones are closed at once.
type Proxy struct {
	// Address is its listening address.
	Address string

	target   string
	listener net.Listener

	mu          sync.Mutex
	up          bool
	connections map[net.Conn]struct{}
}

// NewProxy returns a Proxy to the target, host:port. It is down at first.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{
		Address: listener.Addr().String(), target: target, listener: listener, connections: map[net.Conn]struct{}{},
	}
	go p.accept()
	t.Cleanup(func() {
		listener.Close()
		p.Down()
	})
	return p
}

// ViaProxy returns the settings of Postgres changed to connect by a new Proxy, which is down.
func ViaProxy(t testing.TB, environment []string) ([]string, *Proxy) {
	t.Helper()
	proxy := NewProxy(t, setting(environment, "POSTGRES_HOSTS", ""))
	return append(environment, "POSTGRES_HOSTS="+proxy.Address), proxy
}

// Up forwards connections from now on.
func (p *Proxy) Up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up = true
}

// Down closes all connections, and from now on new ones at once.
func (p *Proxy) Down() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up = false
	for connection := range p.connections {
		connection.Close()
	}
}

func (p *Proxy) accept() {
	for {
		connection, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.forward(connection)
	}
}

func (p *Proxy) forward(client net.Conn) {
	defer client.Close()
	if !p.add(client) {
		return
	}
	defer p.remove(client)
	server, err := net.DialTimeout("tcp", p.target, 10*time.Second)
	if err != nil {
		return
	}
	defer server.Close()
	if !p.add(server) {
		return
	}
	defer p.remove(server)
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{client, server}, {server, client}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1]) // after any end the other direction is closed, too
			way[0].Close()
			way[1].Close()
		})
	}
	both.Wait()
}

// add registers the connection, unless the proxy is down.
func (p *Proxy) add(connection net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.up {
		p.connections[connection] = struct{}{}
	}
	return p.up
}

func (p *Proxy) remove(connection net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.connections, connection)
}
