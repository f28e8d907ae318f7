package abuse_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

// wireDeadline exceeds the time of any answer.
const wireDeadline = time.Minute

// dial opens a connection that ends with the test.
func dial(t testing.TB, s testkit.API) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(wireDeadline)); err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// request returns the text of a request, with a session unless that is empty.
func request(method, path, session, body string, headers ...string) string {
	text := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: test\r\n", method, path)
	if session != "" {
		text += "Authorization: session_id " + session + "\r\n"
	}
	for _, header := range headers {
		text += header + "\r\n"
	}
	if body != "" {
		text += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	return text + "\r\n" + body
}

// write sends text; it ignores the error where the server closes the connection.
func write(conn net.Conn, text string) { _, _ = io.WriteString(conn, text) }

// receive reads a complete answer. The error says why there is none.
func receive(conn net.Conn, method string) (*http.Response, []byte, error) {
	answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer, body, err
}

// answerSoon is how long to wait for an answer that may not come.
const answerSoon = 6 * time.Second

// receiveSoon is receive of an answer that may not come.
func receiveSoon(conn net.Conn) (*http.Response, []byte, error) {
	if err := conn.SetReadDeadline(time.Now().Add(answerSoon)); err != nil {
		return nil, nil, err
	}
	return receive(conn, http.MethodPost)
}
