package testkit

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy is a way to a service that a test can cut: it forwards connections while
// it is up. While it is down, those that there are end, and new ones end at once.
type Proxy struct {
	// Address is where it listens.
	Address string

	target   string
	listener net.Listener

	mu          sync.Mutex
	up          bool
	connections map[net.Conn]struct{}
}

// NewProxy makes a Proxy to the target, host:port, which is down at first.
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

// ViaProxy gives the settings of Postgres with a Proxy, which is down, in front.
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

// Down ends all connections, and new ones at once.
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
			_, _ = io.Copy(way[0], way[1]) // however it ends, the other way ends too
			way[0].Close()
			way[1].Close()
		})
	}
	both.Wait()
}

// add reports whether the connection may live.
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
