package api_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"testing"
)

// BenchmarkRequest measures whole requests, from the handler that net/http calls to the
// database, with all apps.
func BenchmarkRequest(b *testing.B) {
	served := newServed(b)
	messages := "/v1/chats/" + served.chat.String() + "/messages"
	send := messages + "?user_id=" + served.user.String()
	for _, c := range []struct {
		name, method, path, body string
		status                   int
	}{
		{"send", http.MethodPost, send, `{"message": "This is as long as messages are, one with another: a line."}`, http.StatusCreated},
		{"page", http.MethodGet, messages + "?limit=20", "", http.StatusOK},
		{"page from", http.MethodGet, messages + "?limit=20&from=" + served.next, "", http.StatusOK},
		{"unknown chat", http.MethodPost, "/v1/chats/x/messages", "", http.StatusNotFound},
		{"health", http.MethodGet, "/ping", "", http.StatusOK},
	} {
		b.Run(c.name, func(b *testing.B) {
			address, err := url.ParseRequestURI(c.path)
			if err != nil {
				b.Fatal(err)
			}
			content := []byte(c.body)
			body := bytes.NewReader(content)
			request := &http.Request{
				Method: c.method, URL: address, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Host: "localhost:8080",
				RequestURI: c.path, RemoteAddr: "192.0.2.1:40000", Body: http.NoBody, ContentLength: int64(len(c.body)),
				Header: http.Header{"Authorization": {"session_id " + served.token.Reveal()}, "User-Agent": {"benchmark"}},
			}
			if c.body != "" {
				request.Body = io.NopCloser(body)
			}
			answer := &discard{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				body.Reset(content)
				clear(answer.header)
				asked := *request
				served.handler.ServeHTTP(answer, &asked)
				if answer.status != c.status {
					b.Fatalf("answered with %d", answer.status)
				}
			}
		})
	}
}

// discard is an http.ResponseWriter that keeps only the status.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header              { return d.header }
func (d *discard) Write(answer []byte) (int, error) { return len(answer), nil }
func (d *discard) WriteHeader(status int)           { d.status = status }
