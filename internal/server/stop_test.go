package server_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// awaitClosed waits until the server accepts no new connections.
func awaitClosed(t *testing.T, address string) {
	t.Helper()
	await.Until(t, "the server takes no more connections", func() bool {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			return true
		}
		connection.Close()
		return false
	})
}

// A request that runs when the signal comes is finished, and its data stored, before the
// process exits with 0.
func TestSignalFinishesRequests(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			p := testkit.StartBinary(t, testkit.Embedded(t)...)
			alice := p.As(t, "alice")
			request := begin(t, p.Address, alice.Session)
			if err := p.Signal(signal); err != nil {
				t.Fatal(err)
			}
			awaitClosed(t, p.Address)
			answer := request.finish(t)
			body, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != http.StatusCreated || !answer.Close {
				t.Errorf("the request in flight: %d %s, Connection: close is %v, %v; want 201", answer.StatusCode, body, answer.Close, err)
			}
			if code := p.Wait(); code != 0 {
				t.Errorf("exit code %d, want 0:\n%s", code, p.Logs())
			}
			p.Restart()
			chat := strings.TrimSuffix(strings.TrimPrefix(string(body), `{"chat_id":"`), `"}`)
			p.WithSession(t, alice.Session).Get(testkit.PagePath(chat, 1, "")).Want(http.StatusOK)
		})
	}
}

// A second signal ends the process at once, even while requests run.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	p := testkit.StartBinary(t, append(testkit.Embedded(t), "SHUTDOWN_DELAY=5m")...)
	begin(t, p.Address, p.As(t, "alice").Session)
	awaitDraining(t, p)
	const last = "the-last-request"
	p.Guest(t).Get("/v1/chats", "X-Request-Id", last)
	if code := p.Terminate(); code != 130 || !strings.Contains(p.Logs(), last) {
		t.Errorf("exit code %d, want 130 and all requests in the log:\n%s", code, p.Logs())
	}
}

// awaitDraining sends SIGTERM and waits until the server drains.
func awaitDraining(t *testing.T, p *testkit.Process) {
	t.Helper()
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	await.Until(t, "the server says that it is stopping", func() bool {
		return p.Guest(t).Get("/ping_db").Status == http.StatusServiceUnavailable
	})
}

// With SHUTDOWN_DELAY the server goes on serving requests, with Connection: close, so that a
// proxy can stop sending them.
func TestShutdownDelay(t *testing.T) {
	t.Parallel()
	p := testkit.StartBinary(t, append(testkit.Embedded(t), "SHUTDOWN_DELAY=5m")...)
	alice := p.As(t, "alice")
	if alice.Get("/ping").Closes {
		t.Error("Connection: close before the end")
	}
	awaitDraining(t, p)
	chat := alice.CreateChat("tea")
	alice.Send(chat, alice.Join(chat, "Alice"), "hello")
	for path, status := range map[string]int{
		"/ping": 200, "/ping_db": 503, "/swagger.yml": 200, "/unknown": 404, testkit.PagePath(chat, 1, ""): 200,
	} {
		if answer := alice.Get(path).Want(status); !answer.Closes {
			t.Errorf("%s without Connection: close", answer)
		}
	}
}

// After the delay the server exits with 0.
func TestShutdownDelayEnds(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, append(testkit.Embedded(t), "SHUTDOWN_DELAY=100ms")...)
	s.As(t, "alice")
	s.Stop() // wants 0
}
