package contract_test

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// Readers who don't take what they asked for keep nobody else from results.
func TestStalledReadersOfResults(t *testing.T) {
	server := testkit.Start(t, append(testkit.Embedded(t), "THROTTLING_RPS=1000")...)
	r := newRoom(t, server)
	long := "hello " + strings.Repeat("\u0001", 60000) // six bytes each as JSON
	for range 30 {
		r.sayAll(long)
	}
	task := r.Succeed(looking("hello"))
	for range 12 {
		stall(t, server, r.Session, testkit.ResultsPath(task, 100, ""))
	}
	if page := r.Results(task, 1, ""); len(page.Messages) != 1 {
		t.Errorf("%d results, want 1", len(page.Messages))
	}
}

// stall asks for something and reads no more than the beginning of the answer.
func stall(t *testing.T, server *testkit.Server, session, path string) {
	t.Helper()
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", address.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // the server may have cut it off
	if err = conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: session_id %s\r\n\r\n", path, address.Host, session)
	if err != nil {
		t.Fatal(err)
	}
	begins := make([]byte, len("HTTP/1.1 200 OK"))
	if _, err = conn.Read(begins); err != nil || string(begins) != "HTTP/1.1 200 OK" {
		t.Fatalf("the answer begins with %q: %v", begins, err)
	}
}
