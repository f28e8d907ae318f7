// Package freeport finds free ports for servers that tests start.
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

// The range is below the ephemeral ports, which the system assigns to outgoing connections and to
// listeners on port 0: another test could get such a port before the server has started, or while it
// is down.
const (
	first = 20000
	count = 12000
)

// For returns a free port of the loopback address.
func For(t testing.TB) int {
	t.Helper()
	port, err := find()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Address is For without a test, as host:port.
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
