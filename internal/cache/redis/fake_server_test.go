package redis_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/url"
	"testing"
)

// fakeServer starts a server that answers HELLO with these properties, and everything else
// with OK.
func fakeServer(t *testing.T, version, mode, role string) *url.URL {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hello := "%4\r\n+version\r\n+" + version + "\r\n+proto\r\n:3\r\n+mode\r\n+" + mode + "\r\n+role\r\n+" + role + "\r\n"
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serveFake(conn, hello)
		}
	}()
	return &url.URL{Scheme: "redis", Host: listener.Addr().String()}
}

// serveFake serves one connection until it is closed.
func serveFake(conn net.Conn, hello string) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		var count int
		if _, err := fmt.Fscanf(in, "*%d\r\n", &count); err != nil {
			return
		}
		var words []string
		for range count {
			var length int
			if _, err := fmt.Fscanf(in, "$%d\r\n", &length); err != nil {
				return
			}
			word := make([]byte, length+2)
			if _, err := io.ReadFull(in, word); err != nil {
				return
			}
			words = append(words, string(word[:length]))
		}
		answer := "+OK\r\n"
		if words[0] == "HELLO" {
			answer = hello
		}
		_, _ = io.WriteString(conn, answer)
	}
}
