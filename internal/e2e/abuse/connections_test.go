package abuse_test

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// fewFiles is a limit of open files that leaves the server 18 connections.
const fewFiles = 64

const logConnections = "no more connections can be open"

// At the limit idle connections are closed for new ones, the longest idle first, which is logged.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	t.Parallel()
	s := testkit.StartBinaryWithFiles(t, fewFiles, testkit.Embedded(t)...)
	alice := s.As(t, "alice")
	all := make([]*net.TCPConn, 150)
	for i := range all {
		all[i] = dial(t, s.API)
		write(all[i], request("GET", "/ping", "", ""))
		if answer, _, err := receive(all[i], "GET"); err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("connection %d: %v, %v", i, answer, err)
		}
	}
	alice.CreateChat("the database has files, too")
	if n, err := all[0].Read(make([]byte, 1)); err == nil {
		t.Errorf("the first connection is open: %d bytes", n)
	}
	write(all[149], request("GET", "/ping", "", ""))
	if answer, _, err := receive(all[149], "GET"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("the last connection: %v, %v", answer, err)
	}
	if lines := strings.Count(s.Logs(), logConnections); lines != 1 {
		t.Errorf("%d lines in the log say it, want 1:\n%s", lines, s.Logs())
	}
}

// Where no connection is idle a new one waits, and no running request is interrupted.
func TestBusyConnectionsAreKept(t *testing.T) {
	t.Parallel()
	s := testkit.StartBinary(t, append(testkit.Embedded(t), "CONNECTIONS_MAX=8")...)
	session := s.As(t, "alice").Session
	const body = `{"chat_name":"tea"}`
	busy := make([]*net.TCPConn, 8)
	for i := range busy {
		busy[i] = dial(t, s.API)
		write(busy[i], strings.TrimSuffix(request("POST", "/v1/chats", session, body, "Expect: 100-continue"), body))
		if answer, _, err := receive(busy[i], "POST"); err != nil || answer.StatusCode != http.StatusContinue {
			t.Fatalf("request %d: %v, %v", i, answer, err)
		}
	}
	late := dial(t, s.API)
	write(late, request("GET", "/ping", "", ""))
	for i, conn := range busy {
		write(conn, body)
		if answer, _, err := receive(conn, "POST"); err != nil || answer.StatusCode != http.StatusCreated {
			t.Errorf("request %d: %v, %v", i, answer, err)
		}
	}
	if answer, _, err := receive(late, "GET"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("the late one: %v, %v", answer, err)
	}
	if !strings.Contains(s.Logs(), logConnections) {
		t.Errorf("the log does not say that it had to wait:\n%s", s.Logs())
	}
}

// One address can't take all connections: beyond its part new ones get 503, unless one of the address is idle. Other
// addresses are served.
func TestConnectionsOfOneAddress(t *testing.T) {
	t.Parallel()
	const part = 8
	s := testkit.StartBinary(t, append(testkit.Embedded(t), "CONNECTIONS_MAX=32", "TRUSTED_PROXIES=none")...)
	const body = `{"user_name":"nobody","password":"x"}`
	begin := func() (conn *net.TCPConn, begun bool) {
		conn = dial(t, s.API)
		write(conn, strings.TrimSuffix(request("POST", "/v1/auth/login", "", body, "Expect: 100-continue"), body))
		answer, _, err := receive(conn, "POST")
		return conn, err == nil && answer.StatusCode == http.StatusContinue
	}
	var busy [part]*net.TCPConn
	for i := range busy {
		await.Until(t, "a request is under way", func() (begun bool) { // the connection of the test's preparation is idle for a while
			busy[i], begun = begin()
			return begun
		})
	}
	answer, text, err := receive(dial(t, s.API), "GET")
	if err != nil || answer.StatusCode != http.StatusServiceUnavailable || string(text) != `{"message":"service-unavailable"}` {
		t.Fatalf("one more connection: %v %s, %v; want 503", answer, text, err)
	}
	other := dialFrom(t, "127.0.0.2", s.Address)
	write(other, request("GET", "/ping", "", ""))
	if answer, _, err := receive(other, "GET"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("another address: %v, %v", answer, err)
	}
	for i, conn := range busy {
		write(conn, body)
		if answer, _, err := receive(conn, "POST"); err != nil || answer.StatusCode != http.StatusBadRequest {
			t.Errorf("request %d: %v, %v", i, answer, err)
		}
	}
	await.Until(t, "an idle connection makes room", func() bool {
		_, begun := begin()
		return begun
	})
	if !strings.Contains(s.Logs(), "a network has as many connections as one may have") {
		t.Errorf("the log does not tell of it:\n%s", s.Logs())
	}
}
