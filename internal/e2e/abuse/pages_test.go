package abuse_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	messenger "messenger-api/client"
	"messenger-api/internal/testkit"
)

// controls is the longest text, of control characters, which take six bytes each in JSON.
var controls = strings.Repeat("\x01", 65536)

// databases are the databases with which the tests run.
func databases(t testing.TB) map[string][]string {
	return map[string][]string{"embedded": testkit.Embedded(t), "postgres": testkit.Postgres(t)}
}

// fillChat creates a chat with count messages of this text.
func fillChat(t testing.TB, database []string, alice *testkit.Client, messages int, text string) (chat string) {
	t.Helper()
	chat = alice.CreateChat("long")
	user := alice.Join(chat, "Alice")
	const senders = 16 // at once, since each waits for its commit
	var group sync.WaitGroup
	for sender := range senders {
		group.Go(func() {
			for i := sender; i < messages; i += senders {
				alice.Send(chat, user, fmt.Sprint("short ", i))
			}
		})
	}
	group.Wait()
	// By SQL, since sending them would take minutes.
	hex := fmt.Sprintf("unhex('%x')", text)
	if slices.ContainsFunc(database, func(s string) bool { return strings.HasPrefix(s, "POSTGRES_HOSTS") }) {
		hex = fmt.Sprintf("convert_from(decode('%x', 'hex'), 'UTF8')", text)
	}
	testkit.ExecuteSQL(t, database, fmt.Sprintf("UPDATE events SET text = CAST(%s AS text) WHERE chat_id = {%s}", hex, chat))
	return chat
}

// The longest possible page, for clients that read it, that don't, and that disconnect, needs no more
// memory than other pages, and makes no other client wait.
func TestHugePages(t *testing.T) {
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) {
			s := testkit.StartBinary(t, database...)
			mallory, bob := s.As(t, "mallory"), s.As(t, "bob")
			chat := fillChat(t, database, mallory, 1000, controls)
			tea := bob.CreateChat("tea")
			user := bob.Join(tea, "Bob")
			for range 5 {
				bob.Send(tea, user, "hello")
			}
			requireSmall(t, s, "before")
			for range 6 { // clients that don't read their answers
				write(dial(t, s.API), request("GET", testkit.PagePath(chat, 1000, ""), mallory.Session, ""))
			}
			for range 10 { // clients that disconnect
				conn := dial(t, s.API)
				write(conn, request("GET", testkit.PagePath(chat, 1000, ""), mallory.Session, ""))
				_ = conn.Close()
			}
			for limit := range 5 {
				if page := bob.Page(tea, 1000-limit, ""); len(page.Messages) != 5 {
					t.Errorf("%d messages", len(page.Messages))
				}
			}
			carol := s.As(t, "carol") // the longest that she reads is 79 MB
			from := ""
			for _, limit := range []int{1, 10, 200} {
				from = requireLongPage(t, carol, chat, limit, from)
			}
			requireSmall(t, s, "with pages of 393 MB")
		})
	}
}

// requireLongPage reads a page whose texts are controls, and returns its iterator.
func requireLongPage(t *testing.T, client *testkit.Client, chat string, limit int, from string) string {
	t.Helper()
	answer := client.Get(testkit.PagePath(chat, limit, from)).Want(http.StatusOK)
	if etag := answer.Header.Get("ETag"); (etag == "") != (len(answer.Body) > 1<<20) {
		t.Errorf("a page of %d bytes has the ETag %q", len(answer.Body), etag)
	}
	var page messenger.MessagePage
	answer.Decode(&page)
	if len(page.Messages) != limit {
		t.Fatalf("%d messages, want %d", len(page.Messages), limit)
	}
	for i, message := range page.Messages {
		if message.Text != controls || message.Seq != page.Messages[0].Seq-int64(i) {
			t.Fatalf("message %d is %d bytes long and has the number %d", i, len(message.Text), message.Seq)
		}
	}
	head := client.Do(http.MethodHead, testkit.PagePath(chat, limit, from), nil).Want(http.StatusOK)
	if head.Header.Get("ETag") != answer.Header.Get("ETag") {
		t.Errorf("the ETag of HEAD is %q", head.Header.Get("ETag"))
	}
	return page.Next.Iterator
}

// A page over 1 MiB with fewer messages than its limit is the last one, like any other.
func TestTheEndOfALongPage(t *testing.T) {
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) {
			s := testkit.Start(t, database...)
			alice := s.As(t, "alice")
			chat := fillChat(t, database, alice, 12, controls)
			for _, limit := range []int{7, 11, 12, 13, 1000} {
				if all := alice.ReadAll(chat, limit); len(all) != 12 || all[11].Seq != 1 {
					t.Errorf("%d messages with pages of %d", len(all), limit)
				}
			}
		})
	}
}

// A long page that fails after its beginning was sent ends with an error, not as a complete answer; where HTTP/1.0
// is spoken, whose bodies end with the connection, the error is a reset.
func TestALongPageThatFailsHalfWay(t *testing.T) {
	database := testkit.Postgres(t)
	s := testkit.Start(t, database...)
	alice := s.As(t, "alice")
	chat := fillChat(t, database, alice, 300, controls)
	answers := map[string]*bufio.Reader{}
	for _, version := range []string{"HTTP/1.1", "HTTP/1.0"} {
		conn := dial(t, s.API)
		if err := conn.SetReadBuffer(64 << 10); err != nil {
			t.Fatal(err)
		}
		write(conn, strings.Replace(request("GET", testkit.PagePath(chat, 1000, ""), alice.Session, ""), "HTTP/1.1", version, 1))
		answers[version] = bufio.NewReader(conn)
		if first, err := answers[version].Peek(1000); err != nil || !strings.HasPrefix(string(first), version+" 200 ") {
			t.Fatalf("%.200q, %v", first, err)
		}
	}
	defer testkit.LockTable(t, database, "events")()
	for version, answer := range answers {
		got, err := http.ReadResponse(answer, nil)
		if err != nil {
			t.Fatal(err)
		}
		length, err := io.Copy(io.Discard, got.Body)
		_ = got.Body.Close()
		if err == nil || length < 1000 {
			t.Errorf("%s: after %d bytes the body ends with %v, want an error", version, length, err)
		}
	}
	if logged := strings.Count(s.Logs(), `"level":"ERROR","msg":"request"`); logged != len(answers) {
		t.Errorf("the log tells of %d failed requests, want %d", logged, len(answers))
	}
}

// Results of a search are streamed like pages.
func TestHugeResults(t *testing.T) {
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) {
			s := testkit.StartBinary(t, database...)
			alice := s.As(t, "alice")
			chat := fillChat(t, database, alice, 40, strings.Repeat("needle ", 9362))
			task := alice.Succeed(messenger.SearchCreation{Message: "needle"})
			for range 6 {
				write(dial(t, s.API), request("GET", testkit.ResultsPath(task, 100, ""), alice.Session, ""))
			}
			bob := alice.LogIn("alice", testkit.Password)
			page := bob.Results(task, 40, "")
			if len(page.Messages) != 40 || len(page.Messages[39].Highlights) == 0 || page.Messages[0].ChatID != chat {
				t.Fatalf("%d results: %.300v", len(page.Messages), page.Messages[0].Highlights)
			}
			if rest := bob.Results(task, 40, page.Next.Iterator); len(rest.Messages) != 0 {
				t.Errorf("%d results after the last one", len(rest.Messages))
			}
			requireSmall(t, s, "with results of 13 MB")
		})
	}
}

// BenchmarkReadsBesideAbandonedPages measures reads of a short chat while another account requests the
// longest page five times a second, and disconnects after 0.2 s.
func BenchmarkReadsBesideAbandonedPages(b *testing.B) {
	database := testkit.Embedded(b)
	s := testkit.StartBinary(b, database...)
	mallory, bob := s.As(b, "mallory"), s.As(b, "bob")
	chat := fillChat(b, database, mallory, 1000, controls)
	tea := bob.CreateChat("tea")
	user := bob.Join(tea, "Bob")
	for range 5 {
		bob.Send(tea, user, "hello")
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(200 * time.Millisecond):
			}
			conn := dial(b, s.API)
			write(conn, request("GET", testkit.PagePath(chat, 1000, ""), mallory.Session, ""))
			time.AfterFunc(200*time.Millisecond, func() { _ = conn.Close() })
		}
	}()
	time.Sleep(2 * time.Second)
	longest, reads := time.Duration(0), 0
	for b.Loop() {
		started := time.Now()
		bob.Page(tea, 5+reads%900, "") // another page each time, which is not cached
		longest = max(longest, time.Since(started))
		reads++
	}
	_, peak := s.Memory()
	b.ReportMetric(float64(longest.Microseconds())/1000, "ms-longest")
	b.ReportMetric(float64(peak)/1e6, "MB-server")
}
