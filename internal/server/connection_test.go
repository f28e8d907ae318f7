package server_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

// connectionDeadline is longer than any timeout of the server.
const connectionDeadline = 60 * time.Second

// connect opens a TCP connection to write a request to.
func connect(t *testing.T, address string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(connectionDeadline)); err != nil {
		t.Fatal(err)
	}
	return connection
}

func write(t *testing.T, connection net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatal(err)
	}
}

// inFlight is a request whose handler waits for the remaining body.
type inFlight struct {
	connection net.Conn
	answers    *bufio.Reader
	rest       string
}

// begin sends the header of a request that creates a chat, and returns when the handler
// reads the body, which is when the server sends 100 Continue.
func begin(t *testing.T, address, session string) inFlight {
	t.Helper()
	const body = `{"chat_name":"in flight"}`
	connection := connect(t, address)
	write(t, connection, "POST /v1/chats HTTP/1.1\r\nHost: x\r\nAuthorization: session_id "+session+
		"\r\nContent-Length: 25\r\nExpect: 100-continue\r\n\r\n")
	answers := bufio.NewReader(connection)
	line, err := answers.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "HTTP/1.1 100 ") {
		t.Fatalf("the server answered %q, %v; want 100 Continue", line, err)
	}
	if _, err := answers.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	write(t, connection, body[:5])
	return inFlight{connection, answers, body[5:]}
}

// finish sends the remaining body and returns the response.
func (f inFlight) finish(t *testing.T) *http.Response {
	t.Helper()
	write(t, f.connection, f.rest)
	answer, err := http.ReadResponse(f.answers, nil)
	if err != nil {
		t.Fatalf("a request in flight got no response: %v", err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// The connection of a client that sends its request byte by byte is closed, both in the
// header and in the body (slowloris).
func TestSlowClients(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Embedded(t)...)
	alice := s.As(t, "alice")
	var all sync.WaitGroup
	for what, beginning := range map[string]string{
		"headers": "POST /v1/chats HTTP/1.1\r\nHost: x\r\nX: ",
		"a body": "POST /v1/chats HTTP/1.1\r\nHost: x\r\nAuthorization: session_id " + alice.Session +
			"\r\nContent-Length: 100000\r\n\r\n",
	} {
		connection := connect(t, s.Address)
		write(t, connection, beginning)
		all.Go(func() {
			answer, err := sendSlowly(connection)
			if strings.HasPrefix(answer, "HTTP/1.1 2") || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: the server answered %q, %v", what, answer, err)
			}
		})
	}
	all.Wait()
	alice.Get("/v1/auth/sessions").Want(http.StatusOK)
}

// sendSlowly sends bytes one at a time until the server closes the connection, or its deadline
// has passed, and returns what the server sent.
func sendSlowly(connection net.Conn) (string, error) {
	closed := make(chan struct{})
	go func() {
		for {
			select {
			case <-closed:
				return
			case <-time.After(100 * time.Millisecond):
				_, _ = io.WriteString(connection, "x") // fails once the server has closed
			}
		}
	}()
	defer close(closed)
	answer, err := io.ReadAll(connection)
	return string(answer), err
}

func TestLargeHeaders(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Embedded(t)...)
	connection := connect(t, s.Address)
	_, _ = io.WriteString(connection, "GET /ping HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 1<<20)) // may be refused midway
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return // the server closed the connection
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d, want 431", answer.StatusCode)
	}
}
