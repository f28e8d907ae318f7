package contract_test

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// Clients that don't read their answers have a bounded share of the memory for pages. Beyond it they get
// 503, and others get their results.
func TestStalledReadersOfResults(t *testing.T) {
	server := testkit.Start(t, append(testkit.Embedded(t), "THROTTLING_RPS=1000")...)
	r := newRoom(t, server)
	long := "hello " + strings.Repeat("\u0001", 60000) // six bytes each as JSON
	for range 30 {
		r.sayAll(long)
	}
	bob := server.As(t, fresh("bob"))
	bob.Join(r.chat, "Bob")
	task := r.Succeed(looking("hello"))
	answers := map[string]int{}
	for range 12 {
		answers[stall(t, server, r.Session, testkit.ResultsPath(task, 100, ""))]++
	}
	if answers["200"] == 0 || answers["200"]+answers["503"] != 12 {
		t.Errorf("the answers are %v, want 200 and then 503", answers)
	}
	if page := bob.Results(bob.Succeed(looking("hello")), 1, ""); len(page.Messages) != 1 {
		t.Errorf("%d results, want 1", len(page.Messages))
	}
}

// stall sends a request, reads only the beginning of the answer, and returns the status.
func stall(t *testing.T, server *testkit.Server, session, path string) (status string) {
	t.Helper()
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", address.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // the server may have closed it
	if err = conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: session_id %s\r\n\r\n", path, address.Host, session)
	if err != nil {
		t.Fatal(err)
	}
	begins := make([]byte, len("HTTP/1.1 200"))
	if _, err = io.ReadFull(conn, begins); err != nil {
		t.Fatalf("the answer begins with %q: %v", begins, err)
	}
	return string(begins[len("HTTP/1.1 "):])
}
