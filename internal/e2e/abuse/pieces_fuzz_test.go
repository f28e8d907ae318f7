package abuse_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

// FuzzPieces sends a request, or the beginning of one, in pieces, and then waits, shuts down the sending
// side, or closes the connection. A complete request gets its answer, however it is split and whether the
// sending side is shut down. An incomplete one gets a 4xx or no answer. The server continues to work.
func FuzzPieces(f *testing.F) {
	s := testkit.Start(f, testkit.Embedded(f)...)
	alice := s.As(f, "alice")
	chat := alice.CreateChat("tea")
	user := alice.Join(chat, "Alice")
	long := `{"message":"` + strings.Repeat("long ", 4000) + `","client_message_id":"long"}`
	requests := []struct {
		method, text string
		want         int
	}{
		{"GET", request("GET", testkit.PagePath(chat, 10, ""), alice.Session, ""), 200},
		{"HEAD", request("HEAD", testkit.PagePath(chat, 10, ""), alice.Session, ""), 200},
		{"GET", request("GET", "/v1/auth/sessions", alice.Session, ""), 200},
		{"GET", request("GET", "/v1/nowhere", alice.Session, ""), 404},
		{"GET", request("GET", "/ping_db", "", ""), 200},
		{"POST", request("POST", testkit.MessagesPath(chat, user), alice.Session, `{"message":"short","client_message_id":"short"}`), 201},
		{"POST", request("POST", testkit.MessagesPath(chat, user), alice.Session, long), 201},
		{"POST", request("POST", testkit.MessagesPath(chat, user), alice.Session, "", "Transfer-Encoding: chunked") +
			"2e\r\n" + `{"message":"chunk","client_message_id":"chunk"` + "\r\n1\r\n}\r\n0\r\n\r\n", 201},
		{"POST", request("POST", "/v1/auth/register", "", `{"user_name":"alice","password":"x"}`), 400},
		{"POST", request("POST", "/v1/chats", alice.Session, `{"chat_name":`), 400},
	}
	for at := range requests {
		f.Add(uint8(at), uint8(at), uint16(0xffff), []byte{1, 2, 3})
		f.Add(uint8(at), uint8(at+1), uint16(100*at), []byte{})
		f.Add(uint8(at), uint8(1), uint16(0xffff), []byte{0})
	}
	f.Fuzz(func(t *testing.T, which, ending uint8, share uint16, pieces []byte) {
		one := requests[int(which)%len(requests)]
		length := len(one.text) * int(share) / 0xffff
		conn := dial(t, s.API)
		written := one.text[:length]
		for _, piece := range pieces {
			size := min(int(piece)+1, len(written))
			write(conn, written[:size])
			if written = written[size:]; len(written) == 0 {
				break
			}
			time.Sleep(time.Duration(piece%4) * 100 * time.Microsecond) // so that the pieces arrive separately
		}
		write(conn, written)
		whole := length == len(one.text)
		switch {
		case ending%3 == 0:
			_ = conn.SetLinger(int(ending%2) - 1) // RST, or FIN
			_ = conn.Close()
		case ending%3 == 1, !whole: // the server would wait for the rest
			_ = conn.CloseWrite()
		}
		if ending%3 != 0 {
			answer, body, err := receive(conn, one.method)
			switch {
			case whole && err != nil:
				t.Fatalf("%.60q has no answer: %v", one.text, err)
			case whole && answer.StatusCode != one.want:
				t.Fatalf("%.60q: %s %s, want %d", one.text, answer.Status, body, one.want)
			case !whole && err == nil && answer.StatusCode != http.StatusBadRequest:
				t.Fatalf("%d bytes of %.60q: %s %s", length, one.text, answer.Status, body)
			}
		}
		s.Guest(t).Get("/ping").Empty(http.StatusOK)
	})
}
