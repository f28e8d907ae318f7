package faults

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"messenger-api/internal/pages"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// A process that was stopped (SIGSTOP) while another one became the leader answers no request from its
// outdated memory cache, neither those that were sent meanwhile nor later ones.
func TestAFrozenProcessForgets(t *testing.T) {
	t.Parallel()
	for range 5 { // on a slow machine the cached page may have expired: then try again
		if freeze(t) < pages.TTL {
			return
		}
	}
	t.Error("a process was never woken while its pages were young enough to be given")
}

// freeze runs the test once, and returns the age of the page in the memory of the process when it had
// continued and answered.
func freeze(t *testing.T) (age time.Duration) {
	t.Helper()
	environment := testkit.Postgres(t)
	first := testkit.StartBinary(t, environment...)
	defer first.Kill()
	alice := first.As(t, "alice")
	chat := alice.CreateChat("chat")
	user := alice.Join(chat, "alice")
	path := testkit.PagePath(chat, 1, "")
	second := testkit.Listen(t, environment...)
	defer second.Stop()
	await.Until(t, "the second one waits", func() bool { return strings.Contains(second.Logs(), logWaits) })

	var cached time.Time
	await.Until(t, "the page is in the first one's memory", func() bool {
		cached = time.Now()
		alice.Send(chat, user, "before")
		alice.Get(path).Want(http.StatusOK)
		before := hits(t, first.API)
		alice.Get(path).Want(http.StatusOK)
		return hits(t, first.API) > before
	})
	await.Stopped(t, first.PID())
	if _, err := connect(t, environment).Exec(t.Context(), endHolder); err != nil {
		t.Fatal(err)
	}
	second.AwaitReady() // after the lease of the first one
	second.WithSession(t, alice.Session).Send(chat, user, "after")
	var answers []func() (int, []byte)
	for range 20 {
		answers = append(answers, ask(t, first.Address, path, alice.Session))
	}
	if err := first.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	for _, answer := range answers {
		status, body := answer()
		if status != http.StatusServiceUnavailable && !bytes.Contains(body, []byte("after")) {
			t.Errorf("the process that was frozen answers: %d %s", status, body)
		}
	}
	age = time.Since(cached)
	second.Stop()
	first.AwaitReady()
	if answer := alice.Get(path).Want(http.StatusOK); !bytes.Contains(answer.Body, []byte("after")) {
		t.Errorf("the process that serves again answers: %s", answer)
	}
	return age
}

// hits returns how many pages came from a server's caches.
func hits(t *testing.T, server testkit.API) float64 {
	t.Helper()
	value, _ := server.Scrape(t).Value("messenger_cache_reads_total", "kind", "pages", "outcome", "hit_shared")
	return value
}

// ask sends a request to a process that may be stopped; it has been sent when ask returns. The returned
// function waits for the answer.
func ask(t *testing.T, address, path, session string) (answer func() (status int, body []byte)) {
	t.Helper()
	connection, err := net.DialTimeout("tcp", address, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	request := "GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nAuthorization: session_id " + session + "\r\n\r\n"
	if err := connection.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(connection, request); err != nil {
		t.Fatal(err)
	}
	return func() (int, []byte) {
		t.Helper()
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Fatalf("no answer: %v", err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatalf("half an answer: %v", err)
		}
		return response.StatusCode, body
	}
}
