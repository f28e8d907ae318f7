// Package freeport finds ports for servers that tests start.
package freeport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
	"testing"
)

// Ports from first on are below those that systems give to outgoing connections and to
// whoever listens on port 0. One of those could be somebody else's before the server has
// started, or while it is down: tests that run meanwhile take many of them.
const (
	first = 20000
	count = 12000
)

// For finds a port of the loopback that nobody listens on.
func For(t testing.TB) int {
	t.Helper()
	port, err := find()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Address finds what For does, as host:port, outside of a test.
func Address() (string, error) {
	port, err := find()
	return addressOf(port), err
}

func find() (int, error) {
	var err error
	for range count {
		port := first + rand.IntN(count)
		var listener net.Listener
		if listener, err = net.Listen("tcp", addressOf(port)); err == nil {
			return port, listener.Close()
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return 0, fmt.Errorf("find a free port: %w", err)
}

func addressOf(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
